"""Tell of the classes and services that come back every week."""

from portal.demo import places
from portal.demo.blueprints import Blueprint, EveryWeek

WEEKLY = (
    Blueprint(
        "center-traffic",
        "文明交通劝导",
        "volunteering",
        "center",
        ("everyone", "volunteers"),
        (26, 90),
        EveryWeek(2, "07:30", "08:30", always=True, cancelled=((-2, "因雨取消"),)),
        """
        早上送孩子、赶上班，路口最挤。
        志愿者站在斑马线两头，扶老人过街，提醒骑车的戴好头盔。

        想站一班岗，早到十分钟领红马甲和小旗。
        """,
        place=places.CROSSINGS,
    ),
    Blueprint(
        "center-science",
        "学生科学小实验",
        "science",
        "center",
        ("children",),
        (16, 28),
        EveryWeek(5, "15:00", "16:00", weight=5),
        """
        一堂课做一个小实验，东西都是家里找得到的。
        醋和小苏打能把气球吹起来，一杯清水能把筷子“折断”。

        孩子自己动手，大人坐后排看。材料中心备好了。
        """,
        room="science",
        registration=True,
        seats=28,
        party_max=3,
        ages=(7, 14),
    ),
    Blueprint(
        "center-choir",
        "侨乡合唱队排练",
        "culture",
        "center",
        ("everyone", "overseas"),
        (20, 38),
        EveryWeek(3, "19:30", "20:45", weight=3),
        """
        唱南洋老歌，也唱家乡的山歌。
        谱子发到手里，不识谱的跟着哼两遍就会。

        来听的坐后排，有茶水。
        """,
        room="culture",
        themes=("qiao",),
    ),
    Blueprint(
        "office-law",
        "法律咨询日",
        "volunteering",
        "office",
        ("everyone",),
        (12, 26),
        EveryWeek(1, "14:30", "16:30", weight=3),
        """
        租地、赡养、欠薪、邻里纠纷，都可以来问。
        法律服务队的志愿者一对一地听，先帮您把事情理清楚。

        请带上合同、欠条这些纸面的东西。
        """,
        room="theory",
    ),
    Blueprint(
        "office-policy",
        "政策有问必答",
        "theory",
        "office",
        ("everyone", "elderly"),
        (14, 34),
        EveryWeek(4, "15:00", "16:30", weight=2),
        """
        医保怎么缴，养老金去哪儿认证，宅基地能不能翻建？
        把问题带来，宣讲员一条一条讲，用本地话讲。

        当场答不了的记在本子上，下周五回您。
        """,
        room="theory",
    ),
    Blueprint(
        "s1-taiji",
        "太极晨练",
        "fitness",
        "s1",
        ("elderly", "everyone"),
        (18, 40),
        EveryWeek(0, "07:00", "08:00", weight=12, cancelled=((-3, "因雨取消"),)),
        """
        从起势学起，一周只加两个动作，跟得上。
        膝盖不好的站高一点，坐着比划也行。

        穿软底鞋，自己带一瓶水。
        """,
        place=places.SQUARE_ONE,
    ),
    Blueprint(
        "s1-after-school",
        "四点半课堂：先写作业再下棋",
        "education",
        "s1",
        ("children",),
        (14, 24),
        EveryWeek(2, "16:30", "18:00", weight=4, term=True),
        """
        放学了，爸妈还没下班，先来书屋。
        大学生志愿者陪着写作业，写完下象棋、看小人书。

        六点前要有大人来接。
        """,
        room="library",
        registration=True,
        seats=24,
        party_max=2,
        ages=(6, 12),
    ),
    Blueprint(
        "s2-phone",
        "长者手机课",
        "education",
        "s2",
        ("elderly",),
        (12, 20),
        EveryWeek(0, "09:30", "11:00", weight=7),
        """
        视频通话怎么打，字怎么放大，陌生链接为什么不能点？
        一位志愿者带两位老人家，手把手教，一遍不会就三遍。

        带自己的手机来，充好电。
        """,
        room="classroom",
        cohosts=("s4",),
        registration=True,
        seats=20,
        party_max=2,
    ),
    Blueprint(
        "s2-reading",
        "农家书屋亲子共读",
        "education",
        "s2",
        ("children", "everyone"),
        (12, 24),
        EveryWeek(5, "15:00", "16:00", weight=3),
        """
        大人和孩子共看一本书，看完说一说最喜欢哪一页。
        识字不多的阿嬷也来，孩子念给您听。

        看不完的可以借回家，两个星期还。
        """,
        room="library",
        registration=True,
        seats=24,
        party_max=4,
        ages=(4, 12),
    ),
    Blueprint(
        "s2-silver",
        "银龄乐活 文化活动与义诊",
        "fitness",
        "s2",
        ("elderly",),
        (26, 40),
        EveryWeek(3, "09:00", "10:30", weight=6),
        """
        先活动筋骨，再唱两支曲，血压血糖顺便量了。
        医生坐到十点半，平时吃的药可以带来问问。

        测血糖的请空腹，站里备了早点。
        """,
        room="fitness",
        cohosts=("s4", "s3"),
    ),
    Blueprint(
        "s3-dance",
        "广场舞：一周一支新曲子",
        "fitness",
        "s3",
        ("everyone",),
        (22, 40),
        EveryWeek(1, "19:30", "20:30", weight=4, cancelled=((-2, "音响坏了，停一次"),)),
        """
        领舞的阿姨站第一排，新来的跟第三排。
        音量调到不吵楼上，八点半准时收。

        男同志也欢迎，已经有四位了。
        """,
        place=places.SQUARE_THREE,
        cohosts=("s4",),
    ),
    Blueprint(
        "s3-kitchen",
        "侨味小吃：跟归侨阿姨学做",
        "culture",
        "s3",
        ("everyone", "overseas"),
        (12, 20),
        EveryWeek(2, "09:30", "11:00", weight=2),
        """
        印尼千层糕、越南春卷、娘惹糕，一周学一样。
        阿姨说几分糖，我们就放几分糖。

        围裙站里有，做好的当场分着吃。
        """,
        room="culture",
        cohosts=("s4", "s2"),
        themes=("qiao",),
        registration=True,
        seats=20,
    ),
    Blueprint(
        "s4-after-school",
        "四点半课堂：作业、跳绳、讲故事",
        "education",
        "s4",
        ("children",),
        (16, 28),
        EveryWeek(1, "16:30", "18:00", weight=8, term=True),
        """
        放学铃一响，教室的门就开了。
        前一个钟头写作业，后半个钟头跳绳、讲故事。

        请家长六点前来接，要晚的打个电话。
        """,
        room="classroom",
        registration=True,
        seats=28,
        party_max=2,
        ages=(6, 12),
    ),
    Blueprint(
        "s4-young-brush",
        "少年书法班",
        "culture",
        "s4",
        ("children",),
        (12, 20),
        EveryWeek(5, "09:00", "10:30", weight=4),
        """
        先学坐，再学握笔，第三堂课才写“永”字。
        写坏的纸不扔，拿来折小船。

        笔墨站里有，穿件不怕脏的衣服。
        """,
        room="culture",
        cohosts=("s2", "s3"),
        registration=True,
        seats=20,
        party_max=2,
        ages=(6, 14),
    ),
    Blueprint(
        "s5-banyan",
        "榕树下的理论课",
        "theory",
        "s5",
        ("everyone", "party"),
        (18, 40),
        EveryWeek(3, "19:30", "20:30", weight=2, cancelled=((2, "宣讲员外出学习，停一次"),)),
        """
        吃过饭，搬张竹椅到榕树下。
        宣讲员讲一刻钟，剩下的时间大家接着说。

        讲的是村里用得上的事：种什么，卖给谁，钱从哪儿来。
        """,
        place=places.BANYAN,
    ),
    Blueprint(
        "s5-eight-brocades",
        "八段锦晨练",
        "fitness",
        "s5",
        ("elderly", "everyone"),
        (14, 30),
        EveryWeek(4, "07:00", "08:00", weight=5),
        """
        八个动作，二十分钟，练完不喘。
        村医在旁边看着，哪里不舒服随时停。

        练完一起喝碗热豆浆。
        """,
        room="fitness",
    ),
    Blueprint(
        "s6-clinic",
        "银龄义诊：测血压、查血糖",
        "fitness",
        "s6",
        ("elderly", "everyone"),
        (20, 40),
        EveryWeek(4, "09:00", "10:30", weight=10),
        """
        医疗队每周五到村里来，量血压、测血糖、看化验单。
        走不动的打个电话，量完这边就上门。

        请带医保卡和正在吃的药盒。
        """,
        room="volunteers",
    ),
    Blueprint(
        "s6-night-school",
        "夜校：荔枝怎么管，怎么卖",
        "science",
        "s6",
        ("everyone",),
        (14, 24),
        EveryWeek(1, "19:30", "20:30", weight=3),
        """
        剪枝、施肥、防虫，按节气一课一课讲。
        种了几十年荔枝的老把式和农技员一起上台。

        自家果园的难题，拍张照片带来。
        """,
        room="library",
        registration=True,
        sign_up="course",
        seats=24,
        party_max=2,
    ),
    Blueprint(
        "s7-dance",
        "广场舞教学",
        "fitness",
        "s7",
        ("everyone",),
        (16, 36),
        EveryWeek(3, "19:30", "20:30", weight=3, cancelled=((1, "健身活动室检修，停一次"),)),
        """
        一晚上学半支曲子，下周接着学另一半。
        左右分不清没关系，老师背对着大家跳。

        下雨也照跳，室内有风扇。
        """,
        room="fitness",
        cohosts=("s8",),
    ),
    Blueprint(
        "s7-drums",
        "村里的腰鼓队",
        "fitness",
        "s7",
        ("everyone",),
        (16, 32),
        EveryWeek(6, "16:00", "17:30", weight=2),
        """
        队里最小的十岁，最大的七十一。
        鼓站里有，先学走步，再学敲。

        学满一个月，过节就能上场。
        """,
        place=places.YARD_SEVEN,
        cohosts=("s8", "s9"),
    ),
    Blueprint(
        "s8-opera",
        "潮剧清唱",
        "culture",
        "s8",
        ("everyone", "elderly"),
        (24, 40),
        EveryWeek(4, "19:30", "21:00", weight=9),
        """
        二胡、扬琴一响，爱唱的就坐不住了。
        会唱的上台，不会唱的点戏，唱错了没人笑。

        今晚唱哪几折，写在门口的小黑板上。
        """,
        room="culture",
        cohosts=("s7", "s9"),
    ),
    Blueprint(
        "s8-stories",
        "归侨故事会",
        "culture",
        "s8",
        ("overseas", "elderly", "everyone"),
        (18, 36),
        EveryWeek(0, "14:00", "15:30", weight=6),
        """
        一位归侨讲一段自己的路，坐什么船，带了什么，头一顿饭吃的什么。
        年轻人帮着录音，录好了存进书屋。

        有老照片的带来，我们现场扫一份还您。
        """,
        room="morality",
        cohosts=("s9",),
        themes=("qiao",),
    ),
    Blueprint(
        "s9-brush",
        "书法班",
        "culture",
        "s9",
        ("everyone", "elderly"),
        (14, 26),
        EveryWeek(6, "15:00", "16:30", weight=5),
        """
        老师写一个字，大家写一张纸。
        头一回来的从横竖学起，写了多年的可以自己临帖。

        纸墨站里有，笔用惯了的自己带。
        """,
        room="culture",
        cohosts=("s8", "s7"),
        registration=True,
        sign_up="either",
        seats=26,
        party_max=2,
    ),
    Blueprint(
        "s9-indonesian",
        "印尼话角：几句就能聊",
        "education",
        "s9",
        ("everyone", "overseas"),
        (12, 22),
        EveryWeek(2, "19:30", "20:30", weight=2, cancelled=((3, "带课的老人家回乡探亲，停一次"),)),
        """
        从“吃饱没有”学起，学会了跟亲戚视频用得上。
        带课的是小时候在印尼长大的归侨，口音地道。

        不用课本，带耳朵来就行。
        """,
        room="classroom",
        cohosts=("s8",),
        themes=("qiao",),
        registration=True,
        seats=24,
        party_max=2,
    ),
)
