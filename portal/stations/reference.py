"""Write the network's reference data (product §2) into an empty database; from then on people edit it."""

from sqlalchemy import func, select

from portal.db import transaction
from portal.stations.models import Cluster, ClusterMember, Level, Room, Station

# slug, level, parent, name, short, name_en, short_en, seal: character, shape, tone
STATIONS = (
    ("center", "centre", None, "华侨管理区新时代文明实践中心", "中心", "Civilization Practice Centre", "Centre", "侨", "notch", "red"),
    ("office", "office", "center", "侨兴街道新时代文明实践所", "侨兴街道所", "Qiaoxing Sub-district Office", "Qiaoxing Office", "街", "arch", "brown"),
    ("s1", "station", "office", "第一社区实践站", "第一社区", "Community 1 Station", "Community 1", "一", "circle", "green"),
    ("s2", "station", "office", "第二社区实践站", "第二社区", "Community 2 Station", "Community 2", "二", "dia", "blue"),
    ("s3", "station", "office", "第三社区实践站", "第三社区", "Community 3 Station", "Community 3", "三", "tri", "amber"),
    ("s4", "station", "office", "第四社区实践站", "第四社区", "Community 4 Station", "Community 4", "四", "quat", "teal"),
    ("s5", "station", "office", "第五村实践站", "第五村", "Village 5 Station", "Village 5", "五", "plum", "plum"),
    ("s6", "station", "office", "第六村实践站", "第六村", "Village 6 Station", "Village 6", "六", "hex", "olive"),
    ("s7", "station", "office", "第七村实践站", "第七村", "Village 7 Station", "Village 7", "七", "fan", "indigo"),
    ("s8", "station", "office", "第八社区实践站", "第八社区", "Community 8 Station", "Community 8", "八", "oct", "slate"),
    ("s9", "station", "office", "第九社区实践站", "第九社区", "Community 9 Station", "Community 9", "九", "mum", "violet"),
)  # fmt: skip
ROOMS = {
    "morality": ("道德讲堂", "Lecture hall"),
    "volunteers": ("志愿服务站", "Volunteer post"),
    "library": ("农家书屋", "Reading room"),
    "theory": ("理论宣讲室", "Seminar room"),
    "classroom": ("市民教育室", "Classroom"),
    "culture": ("文化活动室", "Culture room"),
    "science": ("科普活动室", "Science room"),
    "fitness": ("健身活动室", "Exercise room"),
}
# Which stations stand with the two pilots is not published; these members are a proposal to be edited.
CLUSTERS = (
    ("s4", "第四社区片", "Community 4 cluster", ("s4", "s2", "s3")),
    ("s8", "第八社区片", "Community 8 cluster", ("s8", "s7", "s9")),
)


def write_network() -> bool:
    """Write stations, rooms and clusters if there is no station yet; say whether it did."""
    with transaction() as session:
        if session.scalar(select(func.count()).select_from(Station)):
            return False
        ids: dict[str, int] = {}
        for position, (
            slug,
            level,
            parent,
            name,
            short,
            name_en,
            short_en,
            character,
            shape,
            tone,
        ) in enumerate(STATIONS):
            station = Station(
                slug=slug,
                level=Level(level),
                parent_id=ids[parent] if parent else None,
                position=position,
                name=name,
                short_name=short,
                name_en=name_en,
                short_name_en=short_en,
                seal_character=character,
                seal_shape=shape,
                seal_tone=tone,
            )
            session.add(station)
            session.flush()
            ids[slug] = station.id
            session.add_all(
                Room(station_id=station.id, position=place, name=chinese, name_en=english, seats=None)
                for place, (chinese, english) in enumerate(ROOMS.values())
            )
        for slug, name, name_en, members in CLUSTERS:
            cluster = Cluster(slug=slug, name=name, name_en=name_en, lead_id=ids[slug])
            session.add(cluster)
            session.flush()
            session.add_all(
                ClusterMember(cluster_id=cluster.id, station_id=ids[member]) for member in members
            )
        return True
