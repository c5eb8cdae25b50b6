"""Documents as people have them, made here: the small ones that the product once got wrong among them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from struct import pack

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, FloatObject, NameObject, NumberObject, TextStringObject

CHINESE = "/BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"


def chinese_pdf(lines: Sequence[str] = ("关于召开支部党员大会的通知",), size: int = 40) -> bytes:
    """One page of text in a font that every viewer is trusted to have: nothing is embedded."""
    drawn = "".join(f"BT /F1 {size} Tf 40 {700 - 60 * n} Td <{line.encode('utf-16-be').hex()}> Tj ET\n" for n, line in enumerate(lines))
    return pdf_of([drawn])


def pdf_of(contents: Sequence[str], size: tuple[int, int] = (595, 842)) -> bytes:
    """One page for each content stream; ``/F1`` is a Chinese font that is not embedded."""
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
        f"<< /Type /Font /Subtype /Type0 {CHINESE} /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>",
    ]
    for content in contents:
        box = f"[0 0 {size[0]} {size[1]}]"
        here = len(objects) + 2
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents {here} 0 R /Resources << /Font << /F1 3 0 R >> >> >>")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    body, offsets = b"%PDF-1.5\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{item}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


def with_owner_password(content: bytes) -> bytes:
    """May be read by anybody, printed and changed by the owner alone."""
    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt("", "主人", algorithm="AES-256")
    return _written(writer)


def with_password(content: bytes) -> bytes:
    """Opens with a password only."""
    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt("秘密", algorithm="AES-256")
    return _written(writer)


def filled_form(value: str = "AGREED") -> bytes:
    """A form with one field that is filled in and has no picture of its value: the viewer is to draw it."""
    writer = PdfWriter()
    page = writer.add_blank_page(400, 200)
    helvetica = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("opinion"),
            NameObject("/V"): TextStringObject(value),
            NameObject("/F"): NumberObject(4),
            NameObject("/DA"): TextStringObject("/Helv 40 Tf 0 g"),
            NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (20, 60, 380, 140)]),
        }
    )
    here = writer._add_object(field)
    page[NameObject("/Annots")] = ArrayObject([here])
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): ArrayObject([here]),
            NameObject("/NeedAppearances"): BooleanObject(True),
            NameObject("/DA"): TextStringObject("/Helv 40 Tf 0 g"),
            NameObject("/DR"): DictionaryObject(
                {NameObject("/Font"): DictionaryObject({NameObject("/Helv"): writer._add_object(helvetica)})}
            ),
        }
    )
    return _written(writer)


def with_a_bad_page() -> bytes:
    """Three pages; the second is an object that is no page."""
    content = pdf_of(["0 0 100 100 re f"] * 3)
    return content.replace(b"7 0 obj\n<< /Type /Page ", b"7 0 obj\n[] %< /Type /Page ")


def many_pages(count: int, size: tuple[int, int]) -> bytes:
    return pdf_of(["BT /F1 30 Tf 40 20 Td <4F1A8BAE> Tj ET"] * count, size)


def blank_pages(count: int) -> bytes:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(100, 100)
    return _written(writer)


def picture(width: int, height: int, kind: str, mode: str = "RGB") -> bytes:
    """Dark on the left, bright on the right."""
    file = io.BytesIO()
    Image.linear_gradient("L").rotate(90).resize((width, height)).convert(mode).save(file, kind)
    return file.getvalue()


def sixteen_bit_gray(width: int = 64, height: int = 48) -> bytes:
    """A PNG of 16 bits a pixel, from black on the left to white on the right."""
    row = b"\0" + b"".join(pack(">H", 65535 * x // (width - 1)) for x in range(width))
    head = pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    chunks = b"".join(pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body)) for name, body in parts)
    return b"\x89PNG\r\n\x1a\n" + chunks


def _written(writer: PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
