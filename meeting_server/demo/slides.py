"""Small documents for the demo's meetings, written out as PDF: text in a font every viewer has, no embedded one."""

from __future__ import annotations

PAGES = (
    ("信息学院研究生第二党支部", ("2026 年工作总结",)),
    ("组织生活", ("党员大会 5 次，党课 6 次", "主题党日 11 次，平均到会 93%", "发展预备党员 3 名")),
    ("志愿服务", ("全年 1,240 小时，比上年多四分之一", "社区数字课堂：教老人用手机挂号、缴费", "不足：时间集中，考试周中断")),
)
VOLUNTEERING = (
    ("志愿服务安排", ("全年 1,240 小时，比上年多四分之一", "不足：时间集中，考试周中断")),
    ("考试周怎么补", ("在职同志白天有空，可以来补位", "数字课堂每周六上午还差两位同志")),
)


def slides() -> tuple[tuple[str, bytes], ...]:
    """File name and content of each document of today's meeting."""
    return (("2026 年工作总结.pdf", _pdf(PAGES)),)


def volunteering() -> tuple[str, bytes]:
    """File name and content of the document that was shown last month."""
    return "志愿服务安排.pdf", _pdf(VOLUNTEERING)


def _pdf(pages: tuple[tuple[str, tuple[str, ...]], ...]) -> bytes:
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{5 + 2 * n} 0 R' for n in range(len(pages)))}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /W [1 95 500] >>",
    ]
    for title, lines in pages:
        drawn = [f"0.76 0.11 0.13 rg 0 392 720 13 re f 0 g BT /F1 40 Tf 60 300 Td <{_hex(title)}> Tj ET"]
        drawn += [f"BT /F1 26 Tf 60 {230 - 48 * n} Td <{_hex(line)}> Tj ET" for n, line in enumerate(lines)]
        content = "\n".join(drawn)
        number = len(objects) + 2
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 720 405] /Contents {number} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    body, offsets = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{item}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()
