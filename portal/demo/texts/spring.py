"""Tell of 清明 and Mother's Day."""

from portal.demo import places
from portal.demo.blueprints import Blueprint, ForFestival

SPRING = (
    Blueprint(
        "qingming-custom",
        "移风易俗过清明 文明祭祀树新风",
        "theory",
        "office",
        ("everyone",),
        (140, 370),
        ForFestival("qingming", (-5,), "09:00", "10:30"),
        """
        一束花、一杯清茶，一样是心意。
        志愿者摆摊讲文明祭祀，拿纸钱来的，换一束白菊。

        各村（社区）的站里也能换。
        """,
        place=places.MARKET,
        cohosts=("center", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
    ),
    Blueprint(
        "qingming-poems",
        "清明诗会",
        "culture",
        "s1",
        ("everyone", "elderly"),
        (40, 60),
        ForFestival("qingming", (-1,), "19:30", "20:45"),
        """
        念一首诗，记一个人。
        可以念古人的，也可以念自己写的，普通话、本地话都行。

        想上台的，到门口写个名字。
        """,
        room="culture",
    ),
    Blueprint(
        "qingming-letter",
        "给先人写一封侨批",
        "culture",
        "s4",
        ("overseas", "everyone"),
        (24, 30),
        ForFestival("qingming", (-2,), "15:00", "16:30"),
        """
        从前侨批从南洋寄回来，这回我们写一封寄过去。
        家里这些年的事，慢慢写给他们听。

        写好的信收进一只木箱，明年清明再打开。
        """,
        room="library",
        cohosts=("s2", "s3"),
        themes=("qiao",),
        registration=True,
        seats=30,
    ),
    Blueprint(
        "qingming-flowers",
        "清明集体追思",
        "theory",
        "s7",
        ("everyone", "party"),
        (100, 260),
        ForFestival("qingming", (0,), "07:30", "08:30"),
        """
        早上凉快，大家排队献一枝花。
        不烧纸，不放炮，静静站一会儿。

        腿脚不便的坐前排，有人扶。
        """,
        place=places.MEMORIAL,
        cohosts=("s8", "s9"),
    ),
    Blueprint(
        "qingming-heroes",
        "讲给孩子听的英烈故事",
        "theory",
        "s9",
        ("children",),
        (40, 60),
        ForFestival("qingming", (-3,), "16:30", "17:30"),
        """
        三个故事，每个十分钟，讲的都是年轻人。
        听完折一只白纸鹤，写一句话挂起来。

        低年级的请大人陪。
        """,
        room="morality",
        cohosts=("s8",),
        registration=True,
        seats=60,
        party_max=3,
        ages=(6, 14),
    ),
    Blueprint(
        "qingming-fire",
        "清明山边防火劝导",
        "volunteering",
        "s6",
        ("volunteers", "everyone"),
        (80, 200),
        ForFestival("qingming", (0,), "08:00", "11:00"),
        """
        上山的路口有志愿者，请把打火机留下，下山再还。
        带了鲜花的，帮您修好枝剪短。

        守路口的分两班，饭送到岗上。
        """,
        place=places.ORCHARD_SIX,
    ),
    Blueprint(
        "muqin-thanks",
        "浓情五月天 感恩母亲节",
        "culture",
        "office",
        ("everyone",),
        (140, 370),
        ForFestival("muqin", (0,), "09:00", "11:00"),
        """
        给妈妈洗一次脚，写一张卡，拍一张合照。
        照片当场洗出来，一家一张带回去。

        妈妈不在身边的，我们帮您连视频。
        """,
        place=places.STREET_CORNER,
        cohosts=("center", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
    ),
    Blueprint(
        "muqin-flowers",
        "给妈妈做一束不谢的花",
        "culture",
        "s8",
        ("children", "everyone"),
        (40, 60),
        ForFestival("muqin", (-1,), "15:00", "16:30"),
        """
        皱纹纸、铁丝、一点胶水，做一束康乃馨。
        做的时候别让妈妈看见。

        材料站里有，一个孩子做三枝。
        """,
        room="morality",
        cohosts=("s7", "s9"),
        registration=True,
        seats=60,
        ages=(5, 14),
    ),
    Blueprint(
        "muqin-health",
        "妈妈们的健康课",
        "fitness",
        "s2",
        ("everyone",),
        (28, 50),
        ForFestival("muqin", (-3,), "19:30", "20:45"),
        """
        腰酸、睡不好、更年期，平时不好意思问的，今晚问。
        来的是女医生，关起门来讲。

        奶奶、外婆一起来。
        """,
        room="culture",
        cohosts=("s4", "s3"),
    ),
    Blueprint(
        "muqin-hair",
        "给妈妈剪个头发照张相",
        "volunteering",
        "s3",
        ("everyone", "elderly"),
        (70, 160),
        ForFestival("muqin", (0,), "14:30", "16:30"),
        """
        志愿者剪头发，大学生拍照片。
        阿嬷们换上旗袍，坐到三角梅旁边。

        照片过两天到站里取。
        """,
        place=places.SQUARE_THREE,
        cohosts=("s4",),
    ),
    Blueprint(
        "muqin-songs",
        "唱给妈妈的歌",
        "culture",
        "s6",
        ("everyone",),
        (80, 200),
        ForFestival("muqin", (-2,), "19:30", "21:00"),
        """
        榕树下拉一盏灯，会弹吉他的坐中间。
        谁先唱都行，唱跑了大家接。

        带上妈妈，也带上蚊香。
        """,
        place=places.BANYAN_SIX,
    ),
)
