"""Write the series 我们的节日 and the yearly days of the network (product §2) into an empty database."""

from sqlalchemy import func, select

from portal.activities.models import Series
from portal.db import transaction

# code (as in activities/lunar.py, where it has a date), name, English name
SERIES = (
    ("chunjie", "春节", "Spring Festival"),
    ("yuanxiao", "元宵", "Lantern Festival"),
    ("leifeng", "学雷锋日", "Lei Feng Day"),
    ("qingming", "清明", "Qingming"),
    ("muqin", "母亲节", "Mother’s Day"),
    ("duanwu", "端午", "Dragon Boat Festival"),
    ("qixi", "七夕", "Qixi"),
    ("zhongqiu", "中秋", "Mid-Autumn Festival"),
    ("chongyang", "重阳", "Double Ninth Festival"),
    ("dongzhi", "冬至", "Winter Solstice"),
)


def write_series() -> None:
    """Write the series if there is none yet."""
    with transaction() as session:
        if session.scalar(select(func.count()).select_from(Series)):
            return
        session.add_all(
            Series(code=code, name=name, name_en=name_en, position=position)
            for position, (code, name, name_en) in enumerate(SERIES)
        )
