"""Messages of one program in several languages, read out of gettext's binary ``.mo`` files."""

import struct

from lmbook.data.sources.packages import RegistryPackage, read_members

_SHA256 = {
    "de_DE": "b716b56f7e0c884f42152d5e36c253ea0f32ca41f99097d842d3934f4a4bc7fb",
    "es_ES": "8b315de006bc48d5798988cff6141f00694e411265011ea21570b4f459070381",
    "fr_FR": "9f6ce9d4e64b367ff084a2313af29d6ad8a02d1d08000f3e6c53e2856fa9a11f",
    "it_IT": "7c1454449f44d635e96245af3905626f205761d304bc9537e0c77aa46634ea6a",
    "nl_NL": "fe87d859574e85c5d5a4e3eff9a9a86bb90358a217f9886c75c9c76f9350643f",
    "pt_BR": "15bad442fd7180d05f99f89b452cf493a3f6ec51454f81d3a5531954e39439b6",
    "zh_CN": "47cdb0c41c6b066e795c867786c9c29fde527e2bf15aa6b3e9b2bab9929304b5",
}
# the language packs of JupyterLab by language code
INTERFACE_PACKAGES = {
    locale[:2]: RegistryPackage(
        name=f"jupyterlab-language-pack-{locale.replace('_', '-').lower()}",
        version="4.5.post3",
        sha256=sha256,
        filename=f"jupyterlab_language_pack_{locale.lower()}-4.5.post3-py2.py3-none-any.whl",
        licence="BSD 3-Clause",
    )
    for locale, sha256 in _SHA256.items()
}


def read_messages(package: RegistryPackage) -> list[tuple[str, str]]:
    """Return every English message with its translation, as the package's files list them.

    A message may stand in several files. Plural forms are left out. Raises ``DataError`` if the
    package cannot be had. Python's own ``gettext`` translates a message but cannot list them.
    """
    messages = []
    for content in read_members(package, "*.mo").values():
        n_messages, *tables = struct.unpack_from("<3I", content, 8)
        for i in range(1, n_messages):  # message 0 is the header
            english, translation = (
                content[start : start + length].decode("utf-8").split("\0")[0]  # no plural forms
                for length, start in (struct.unpack_from("<2I", content, t + 8 * i) for t in tables)
            )
            # "context\x04message" carries a context that is no part of the message
            messages.append((english.split("\x04")[-1], translation))
    return messages
