"""Small PDFs that stand for printed pages."""

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    Fit,
    FloatObject,
    NameObject,
    TextStringObject,
)

A4 = (595, 842)


def link(target):
    """A link annotation to an address, or to ``/name`` in the same PDF."""
    note = {
        NameObject("/Type"): NameObject("/Annot"),
        NameObject("/Subtype"): NameObject("/Link"),
        NameObject("/Rect"): ArrayObject(map(FloatObject, (50, 700, 90, 712))),
    }
    if target.startswith("/"):
        note[NameObject("/Dest")] = NameObject(target)
    else:
        uri = {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject(target)}
        note[NameObject("/A")] = DictionaryObject(uri)
    return DictionaryObject(note)


def small_pdf(path, texts, outline=(), targets=(), names=()):
    """Write one page per text.

    ``outline`` holds (title, page, level), ``names`` holds (name, page, top).
    """
    writer = PdfWriter()
    for text in texts:
        page = writer.add_blank_page(*A4)
        font = {"Type": "Font", "Subtype": "Type1", "BaseFont": "Helvetica"}
        font = DictionaryObject({NameObject(f"/{k}"): NameObject(f"/{v}") for k, v in font.items()})
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f".5 0 0 .5 0 0 cm BT /F1 24 Tf 100 1400 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.pages[0][NameObject("/Annots")] = ArrayObject(
        writer._add_object(link(target)) for target in targets
    )
    above = [None]
    for title, page, level in outline:
        del above[level:]
        fit = Fit.xyz(left=0, top=600)
        above.append(
            writer.add_outline_item(title=title, page_number=page, parent=above[-1], fit=fit)
        )
    named = DictionaryObject()
    for name, page, top in names:
        place = [writer.pages[page].indirect_reference, NameObject("/XYZ")]
        named[NameObject(f"/{name}")] = ArrayObject(
            [*place, FloatObject(0), FloatObject(top), FloatObject(0)]
        )
    writer.root_object[NameObject("/Dests")] = writer._add_object(named)
    writer.write(path)
    return path
