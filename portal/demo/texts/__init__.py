"""Hold the words of the demo year: every offering, told the way the station would tell it."""

from portal.demo.texts.autumn import AUTUMN
from portal.demo.texts.new_year import NEW_YEAR
from portal.demo.texts.spring import SPRING
from portal.demo.texts.town import TOWN
from portal.demo.texts.villages import VILLAGES
from portal.demo.texts.weekly import WEEKLY
from portal.demo.texts.yearly import YEARLY

BLUEPRINTS = (*WEEKLY, *YEARLY, *NEW_YEAR, *SPRING, *AUTUMN, *TOWN, *VILLAGES)
