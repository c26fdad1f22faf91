"""Write the demo's parties down as the portal's forms would."""

from datetime import datetime
from random import Random

from portal.clock import local
from portal.contact import name_key, phone_index
from portal.references import new_reference
from portal.registrations import consent
from portal.registrations.links import token_of
from portal.registrations.models import Registration
from portal.registrations.party import Party, Source, write_children
from portal.tokens import token_hash

OFFICE = (9, 18)  # hours


def written_down(occurrence_id: int, party: Party, editor: str, at: datetime, random: Random) -> Registration:
    """Return a registration as it comes in at this moment; `editor` takes the calls, if anybody does."""
    source = Source.WEB
    if editor and OFFICE[0] <= local(at).hour < OFFICE[1] and random.random() < 0.35:
        source = random.choice((Source.PHONE, Source.DESK))
    by_staff = source.by_staff
    phone = "" if source is Source.DESK and random.random() < 0.5 else party.phone
    reference = new_reference()
    return Registration(
        occurrence_id=occurrence_id,
        reference=reference,
        token_hash=token_hash(token_of(reference)),
        name=party.name,
        name_key=name_key(party.name),
        phone=phone or None,
        phone_index=phone_index(phone),
        adults=party.adults,
        children=party.children,
        children_names=write_children(party.kids),
        guardian=party.guardian,
        guardian_relation=party.guardian_relation,
        age_band=None if by_staff else party.age_band,
        note=party.note,
        source=source,
        entered_by=editor if by_staff else "",
        # As the forms do it: at the desk people are asked, and agree to no text.
        consent=f"{consent.SIGN_UP}, {source}" if by_staff else consent.SIGN_UP,
        guardian_consent=consent.CHILDREN if party.children and not by_staff else "",
        photo_consent=not by_staff and random.random() < 0.55,
        place=None,
        came=None,
        late_minutes=None,
        created_at=at,
        changed_at=at,
        anonymised_at=None,
        course_id=None,
    )
