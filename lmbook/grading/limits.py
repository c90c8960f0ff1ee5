"""A limit on the time that an answer may take, in a notebook as well as in a script."""

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn


class TimeLimit(BaseException):
    """The time is up. No ``Exception``: an answer that catches those must end as well.

    ``called`` is the call that was under way.
    """

    called = ""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise ``TimeLimit`` in the block once ``seconds`` have passed.

    On the main thread of a POSIX system an alarm interrupts even a sleeping call. Elsewhere a
    second thread asks Python to raise the exception, which happens at the next step of Python
    code. Where there are no threads either, there is no limit.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    limit = _alarm if on_main_thread and hasattr(signal, "setitimer") else _from_a_thread
    with limit(seconds):
        yield


def _raise(*_: object) -> NoReturn:
    raise TimeLimit


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _raise)
    # Again every half second: a bare except in the answer may swallow the first exception.
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, remaining, interval)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _from_a_thread(seconds: float) -> Iterator[None]:
    thread, over = ctypes.c_ulong(threading.get_ident()), threading.Event()

    def interrupt() -> None:
        if not over.is_set():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeLimit))

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    with suppress(RuntimeError):
        timer.start()
    try:
        yield
    finally:
        over.set()
        timer.cancel()
