"""Tell of the single afternoons and evenings at the centre, the office and the first four stations."""

from portal.demo import places
from portal.demo.blueprints import WEEKEND, WORKDAYS, Blueprint, NowAndThen

TOWN = (
    Blueprint(
        "center-market",
        "侨味集市：越南春卷、印尼沙嗲",
        "culture",
        "center",
        ("everyone", "overseas"),
        (216, 460),
        NowAndThen("09:00", "11:30", past=3, weekdays=WEEKEND),
        """
        十几户归侨人家各摆一摊，卖自己家的拿手菜。
        沙嗲现烤，春卷现包，咖啡用布袋冲。

        带零钱，也带个饭盒，少用塑料袋。
        """,
        place=places.PLAZA,
        themes=("qiao",),
    ),
    Blueprint(
        "center-first-lesson",
        "新志愿者第一课",
        "volunteering",
        "center",
        ("volunteers",),
        (20, 40),
        NowAndThen("15:00", "16:30", past=3),
        """
        报了名不知道从哪儿做起，先来听这一课。
        怎么敲门，怎么说话，哪些事不能替人做主。

        听完领马甲和志愿者编号。
        """,
        room="theory",
        registration=True,
        seats=40,
        party_max=2,
    ),
    Blueprint(
        "center-good-people",
        "身边好人讲给身边人听",
        "theory",
        "center",
        ("everyone", "party"),
        (60, 110),
        NowAndThen("19:30", "20:45"),
        """
        请来的都是街坊，送外卖的、开摩的的、当护工的。
        一人讲一刻钟，讲自己遇上的事。

        讲完可以提问，有茶。
        """,
        room="morality",
    ),
    Blueprint(
        "center-stars",
        "抬头认星星",
        "science",
        "center",
        ("children", "everyone"),
        (22, 40),
        NowAndThen("19:30", "20:45"),
        """
        两台望远镜，先看月亮上的坑，再找今晚最亮的那颗星。
        老师拿激光笔指，一颗一颗教着认。

        天阴就在屋里讲，照常来。
        """,
        place=places.PLAZA,
        registration=True,
        seats=40,
        ages=(6, 14),
    ),
    Blueprint(
        "center-first-aid",
        "急救课：心肺复苏怎么按",
        "education",
        "center",
        ("everyone", "volunteers"),
        (24, 44),
        NowAndThen("14:00", "15:30"),
        """
        讲二十分钟，剩下的时间人人上手按。
        假人有六个，按到手酸才算学会。

        穿长裤，方便跪着练。
        """,
        room="classroom",
        registration=True,
        seats=44,
    ),
    Blueprint(
        "office-market-talk",
        "宣讲进市场",
        "theory",
        "office",
        ("everyone",),
        (60, 170),
        NowAndThen("09:00", "10:00", past=3),
        """
        买菜路上停五分钟，听一段新政策。
        讲的人站在鱼档旁边，说的是本地话。

        问对一题，送一把葱。
        """,
        place=places.MARKET,
    ),
    Blueprint(
        "office-fraud",
        "夜市口防骗摊",
        "education",
        "office",
        ("everyone", "elderly"),
        (72, 200),
        NowAndThen("19:30", "20:30"),
        """
        “我是你孙子”“中奖了先交税”，电话里这样说的都是骗子。
        民警和志愿者把骗子的话演一遍，您来找破绽。

        接过可疑电话的，带手机来看看。
        """,
        place=places.STREET_CORNER,
    ),
    Blueprint(
        "office-leaders",
        "服务队长碰头会",
        "volunteering",
        "office",
        ("volunteers",),
        (16, 30),
        NowAndThen("14:30", "16:00", past=3, weekdays=WORKDAYS),
        """
        各队说说上个月做了什么，缺人还是缺车。
        下个月的单子当面分一分。

        队长来不了的，派个人来。
        """,
        room="classroom",
        registration=True,
        seats=36,
        party_max=2,
    ),
    Blueprint(
        "office-jobs",
        "家门口找工作",
        "education",
        "office",
        ("everyone",),
        (108, 290),
        NowAndThen("09:00", "11:30"),
        """
        附近的厂、店、果园来摆桌，工钱写在纸上。
        零工、长工、只做上午的，都有。

        填表不会写字的，有人代填。
        """,
        place=places.STREET_CORNER,
    ),
    Blueprint(
        "s1-film",
        "红色观影：《开国大典》",
        "theory",
        "s1",
        ("everyone",),
        (36, 60),
        NowAndThen("19:30", "21:00"),
        """
        大银幕，六十个座，有风扇有热水。
        放到一半歇十分钟，老人家可以起来走走。

        孩子由大人带着。
        """,
        room="culture",
        registration=True,
        seats=60,
    ),
    Blueprint(
        "s1-swap",
        "旧物换一换",
        "volunteering",
        "s1",
        ("everyone",),
        (30, 60),
        NowAndThen("09:00", "11:00"),
        """
        家里用不上的东西，拿来换一样用得上的。
        童车、锅、书、花盆，洗干净就行。

        剩下的统一送去捐。
        """,
        room="culture",
    ),
    Blueprint(
        "s1-salt",
        "科学小实验：会跳舞的盐",
        "science",
        "s1",
        ("children",),
        (14, 24),
        NowAndThen("16:30", "17:30"),
        """
        碗上蒙一层薄膜，撒一把盐，对着它喊一声。
        盐会跳起来，喊得越高跳得越欢。

        为什么会跳，做完再讲。
        """,
        room="classroom",
        registration=True,
        seats=24,
        party_max=3,
        ages=(6, 12),
    ),
    Blueprint(
        "s1-pills",
        "长者用药小课",
        "science",
        "s1",
        ("elderly",),
        (16, 30),
        NowAndThen("14:00", "15:30"),
        """
        饭前吃还是饭后吃，漏了一顿要不要补？
        药师把常用药一样一样讲，过期的帮您收走。

        把家里的药装一袋带来。
        """,
        room="classroom",
        registration=True,
        seats=30,
        party_max=2,
    ),
    Blueprint(
        "s2-crochet",
        "毛线钩编下午茶",
        "culture",
        "s2",
        ("elderly", "everyone"),
        (12, 20),
        NowAndThen("14:00", "15:30"),
        """
        钩一个杯垫，再钩一顶小帽子。
        帽子攒够二十顶，送给卫生院刚出生的娃娃。

        毛线和钩针站里有，眼镜自己带。
        """,
        room="library",
        cohosts=("s4",),
        registration=True,
        seats=20,
        party_max=2,
    ),
    Blueprint(
        "s2-badminton",
        "羽毛球邻里赛",
        "fitness",
        "s2",
        ("everyone",),
        (16, 32),
        NowAndThen("19:30", "21:00"),
        """
        双打，搭档现场抽签。
        打到十一分换人，人人都轮得到。

        球拍站里有四副。
        """,
        room="fitness",
        cohosts=("s4", "s3"),
    ),
    Blueprint(
        "s2-papercut",
        "亲子剪纸",
        "culture",
        "s2",
        ("children", "everyone"),
        (16, 30),
        NowAndThen("09:30", "11:00", weekdays=WEEKEND),
        """
        对折再对折，剪出来是一圈手拉手的小人。
        大的剪窗花，小的剪鱼。

        剪刀是圆头的，五岁起可以来。
        """,
        room="culture",
        registration=True,
        seats=30,
        party_max=4,
        ages=(5, 12),
    ),
    Blueprint(
        "s3-service-day",
        "便民服务日：磨刀、理发、修家电",
        "volunteering",
        "s3",
        ("everyone", "elderly"),
        (72, 200),
        NowAndThen("09:00", "11:00", past=3, weekdays=WEEKEND),
        """
        钝了的刀、松了的伞、不响的收音机，都拿来。
        剪头发排队，老人家先剪。

        不收钱，刀用报纸包好。
        """,
        place=places.SQUARE_THREE,
        cohosts=("s4", "s2"),
    ),
    Blueprint(
        "s3-family-words",
        "家风故事会",
        "theory",
        "s3",
        ("everyone",),
        (26, 50),
        NowAndThen("14:30", "16:00"),
        """
        奶奶常说的那句话，您还记得吗？
        一家派一个人，把那句话和后面的故事讲出来。

        讲完写成一张卡片，贴在墙上。
        """,
        room="morality",
        cohosts=("s4",),
    ),
    Blueprint(
        "s3-kites",
        "糊一只风筝",
        "culture",
        "s3",
        ("children",),
        (14, 28),
        NowAndThen("14:30", "16:00", weekdays=WEEKEND),
        """
        竹条弯成翅膀，糊上纸，画两只眼睛。
        画好就到广场试飞，飞不起来再调。

        三年级以下由大人陪。
        """,
        room="classroom",
        registration=True,
        seats=28,
        party_max=3,
        ages=(6, 14),
    ),
    Blueprint(
        "s3-gas",
        "用气用电，家里查一查",
        "science",
        "s3",
        ("everyone", "elderly"),
        (20, 44),
        NowAndThen("15:00", "16:00"),
        """
        软管几年该换，插座发热怎么办？
        师傅带来烧坏的插头，一看就明白。

        听完可以约上门检查。
        """,
        room="morality",
    ),
    Blueprint(
        "s4-qiaopi",
        "侨批书写：给远方的亲人写封信",
        "culture",
        "s4",
        ("overseas", "everyone"),
        (20, 30),
        NowAndThen("15:30", "17:00"),
        """
        侨批是早年华侨寄回家的信和钱，先报平安，再说银数。
        我们照着老侨批的样子，写一封给远方亲人的信。

        - 纸、笔、邮票站里备好
        - 不会写毛笔字，有志愿者代笔
        """,
        room="library",
        cohosts=("s2", "s3"),
        themes=("qiao",),
        registration=True,
        seats=30,
        party_max=3,
    ),
    Blueprint(
        "s4-skit",
        "防诈骗情景剧",
        "education",
        "s4",
        ("everyone", "elderly"),
        (34, 60),
        NowAndThen("15:00", "16:30"),
        """
        演骗子的是退休老师，演得比真的还像。
        演到要转账那一步停下来，问大家怎么办。

        看完领一张防骗电话卡，贴在座机旁。
        """,
        room="morality",
        cohosts=("s2", "s3"),
        registration=True,
        seats=60,
    ),
    Blueprint(
        "s4-bags",
        "旧衣改购物袋",
        "volunteering",
        "s4",
        ("everyone",),
        (12, 20),
        NowAndThen("09:00", "11:00"),
        """
        一件旧 T 恤，剪三刀，打一排结，就是一只买菜袋。
        缝纫机有两台，想缝得结实的排队用。

        带一件洗净的旧衣服来。
        """,
        room="culture",
        registration=True,
        seats=20,
        party_max=3,
    ),
    Blueprint(
        "s4-ping-pong",
        "乒乓球邻里赛",
        "fitness",
        "s4",
        ("everyone",),
        (14, 28),
        NowAndThen("19:00", "20:20"),
        """
        三张台，赢的留下，输的排到后面。
        小学生和退休工人同场，让球不让分。

        拍子站里有，穿运动鞋。
        """,
        room="fitness",
        cohosts=("s2",),
    ),
    Blueprint(
        "s4-lion",
        "少年狮鼓",
        "culture",
        "s4",
        ("children",),
        (12, 20),
        NowAndThen("14:00", "15:30", weekdays=WEEKEND),
        """
        先学鼓点，再学扎马步，最后才披狮头。
        师傅舞了半辈子狮，脾气好，要求严。

        穿运动裤，带毛巾。
        """,
        room="culture",
        registration=True,
        seats=20,
        party_max=2,
        ages=(8, 14),
    ),
)
