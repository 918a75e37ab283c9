"""Classes of English nouns that decide between "who" and "what" and what can be asked for at all.

The classes are WordNet's upper ones (person, group, time) cut down to the nouns that news and
encyclopedias are full of; WordNet itself is not on package registries without a download.
"""

from __future__ import annotations

PERSON_NOUNS = frozenset(
    """abuser academic accountant accuser activist actor actress administrator admiral adolescent
    adult adviser advisor advocate agent aide airman ally alumnus amateur ambassador analyst
    ancestor anchor announcer applicant archaeologist archbishop architect artist assailant
    assassin assistant astronaut athlete attacker attendee attorney aunt author baby banker
    baron baroness bassist batsman beneficiary billionaire biographer biologist bishop blogger
    boss botanist bowler boxer boy boyfriend bride broadcaster brother builder businessman
    businesswoman buyer campaigner candidate captain cardinal carer caretaker carpenter cast
    celebrity chair chairman chairperson chairwoman champion chancellor chaplain chef chemist chief
    child choreographer citizen civilian clergyman cleric clerk client climber coach colleague
    collector colonel columnist comedian commander commentator commissioner composer conductor
    congressman congresswoman conqueror conservationist constable consultant consumer contestant
    contractor contributor convict cook coordinator cop coroner correspondent councillor
    counsellor counselor couple courtier cousin creator cricketer criminal critic crook
    customer cyclist dad dancer daughter dealer defendant defender delegate democrat dentist
    deputy designer detective developer dictator diplomat director dissident doctor donor
    driver drummer duchess duke dweller earl economist editor educator elder emperor employee
    employer empress engineer enthusiast entrepreneur envoy executive expert explorer fan farmer
    father fatality female fighter filmmaker fireman firefighter fisherman foreigner founder friend
    fugitive gardener general girl girlfriend goalkeeper golfer governor graduate grandfather
    grandmother grandparent grandson granddaughter guard guardian guest guide guitarist gunman
    gymnast hacker head heir helper hero heroine hijacker historian hitman homeowner hostage
    host housewife human hunter husband illustrator immigrant inhabitant inmate innkeeper
    inspector instructor interviewer intruder inventor investigator investor jogger journalist
    judge juror keeper kid killer king knight lady landlord lawmaker lawyer leader lecturer
    legislator liar librarian lieutenant linguist listener lord lover magistrate maid major
    male man manager manufacturer marine mastermind mathematician mayor mechanic member mentor
    merchant messenger midfielder migrant militant millionaire miner minister missionary
    moderator mom monarch monk mother motorist mountaineer mum murderer musician native
    negotiator neighbor neighbour nephew newcomer newsreader niece nobleman novelist nun nurse
    observer offender officer official operator opponent organiser organizer orphan outsider
    owner painter parent parishioner participant partner passenger passerby pastor patient
    patriarch pedestrian peasant penpal people performer perpetrator person personality pharaoh
    philanthropist philosopher photographer physician physicist pianist pilgrim pilot pioneer
    pirate planner player playwright plumber poet policeman policewoman politician pope porter
    postman practitioner preacher predecessor premier presenter president priest prime prince
    princess principal prisoner producer professional professor programmer prosecutor
    protagonist protester protestor psychiatrist psychologist public publisher pundit pupil queen
    rabbi racer ranger rapist rapper reader recipient recruit referee reformer refugee
    relative reporter representative republican rescuer researcher resident retiree reviewer
    rider rival robber ruler runner sailor saint scholar schoolboy schoolgirl scientist
    screenwriter sculptor secretary seller senator servant sergeant serviceman settler
    shareholder shepherd sheriff shooter shopkeeper sibling singer sister skier skipper slave
    smoker sociologist soldier solicitor son songwriter speaker specialist spectator spokesman
    spokesperson spokeswoman spouse spy stakeholder statesman stepfather stepmother storekeeper
    stranger striker student successor sufferer sultan superintendent superstar supervisor
    supplier supporter surfer surgeon survivor suspect swimmer sympathiser tailor taxpayer
    teacher technician teenager tenant tenor terrorist therapist thief thinker thug toddler
    tourist trader trainee trainer translator traveler traveller treasurer trooper trustee tutor
    twin uncle undergraduate user vendor veteran veterinarian vicar victim viewer villager
    violinist virologist visitor vocalist volunteer voter waiter waitress walker warden warrior
    whistleblower wicketkeeper widow widower wife winger winner witness woman worker worshipper
    wrestler writer youngster youth zoologist staff personnel crew""".split()
)
PERSON_ENDINGS = (
    "woman", "ologist", "ographer", "ician", "women", "person", "people", "keeper", "holder",
    "goer", "winger", "seeker",
)  # fmt: skip
# Groups of people act as people do: "who" fits them as subjects of such verbs.
GROUP_NOUNS = frozenset(
    """administration agency airline alliance army assembly association audience authority band
    bank board bureau business cabinet campaign charity church club coalition college commission
    committee community company conglomerate congress constabulary consortium corporation council
    court defence defense delegation department duo electorate enterprise establishment faction
    family federation firm force foundation gang giant government group household industry
    institute institution jury league legislature maker management manufacturer media militia
    ministry navy network newspaper opposition orchestra organisation organization
    panel parliament party police press prosecution regime regulator retailer school senate side
    society startup studio team trio tribe tribunal troop troops union university
    watchdog""".split()
)
TIME_NOUNS = frozenset(
    """afternoon age birthday century dawn day decade dusk era evening future hour midnight
    millennium minute moment month morning night noon period season second spring summer autumn
    term time today tomorrow tonight week weekend winter year yesterday fortnight while
    night-time lunchtime daytime monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december past""".split()
)
# Nouns that say how much or which part of what stands after "of".
MEASURES = frozenset(
    """amount batch bit bulk bunch couple crowd dozen dozens fifth fraction group half handful
    hundred hundreds kind lot lots majority million millions minority most number pair part
    percent percentage piece plenty portion quarter range rest series set share sort thousand
    thousands third tenth two-thirds total type variety""".split()
)
# Heads that name nothing by themselves: an answer made of them tells the reader nothing.
EMPTY = frozenset(
    """access account advantage all another any anything aspect attention bit both care case catch
    chance control deal difference each effort end everyone everything fact factor few half
    idea impact issue kind lead least less look lot many matter moment more much nobody none
    note nothing number one ones opposite other others part place point position problem
    reason rest role sense several shot side sight situation some something stage stand step
    steps stuff sure thing things time turn use way ways""".split()
)
# Objects that make one verb with these: "take place", "have access", "make use".
LIGHT_VERBS = frozenset("have take make give get do pay keep put hold bear".split())
ORGANISATION_WORDS = frozenset(
    """academy administration agency airlines airways alliance army assembly association
    authority bank board bureau cabinet center centre church club co college commission committee
    company congress constabulary co-op corp corporation council court department federation
    force forces foundation fund government group guard hospital house inc inc. institute
    institution laboratory league limited llc ltd ministry museum nations navy network office
    organisation organization parliament party police school senate service services society
    studio team times trust union united university""".split()
)
STATES = frozenset(
    """Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Hawaii
    Idaho Illinois Indiana Iowa Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan
    Minnesota Mississippi Missouri Montana Nebraska Nevada Ohio Oklahoma Oregon Pennsylvania
    Tennessee Texas Utah Vermont Wisconsin Wyoming""".split()
)
COUNTRIES = frozenset(
    """Afghanistan|Albania|Algeria|America|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|
    Bahrain|Bangladesh|Belarus|Belgium|Bolivia|Bosnia|Botswana|Brazil|Britain|Bulgaria|Burma|
    Cambodia|Cameroon|Canada|Chad|Chile|China|Colombia|Congo|Costa Rica|Croatia|Cuba|Cyprus|
    Czech Republic|Denmark|Ecuador|Egypt|England|Eritrea|Estonia|Ethiopia|Finland|France|
    Gabon|Georgia|Germany|Ghana|Great Britain|Greece|Guatemala|Guinea|Haiti|Honduras|Hungary|
    Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|Japan|Jordan|
    Kazakhstan|Kenya|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Liberia|Libya|Lithuania|
    Luxembourg|Macedonia|Madagascar|Malawi|Malaysia|Mali|Malta|Mexico|Moldova|Mongolia|Montenegro|
    Morocco|Mozambique|Myanmar|Namibia|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|
    North Korea|Northern Ireland|Norway|Oman|Pakistan|Panama|Paraguay|Peru|Philippines|Poland|
    Portugal|Qatar|Romania|Russia|Rwanda|Saudi Arabia|Scotland|Senegal|Serbia|Sierra Leone|
    Singapore|Slovakia|Slovenia|Somalia|South Africa|South Korea|South Sudan|Spain|Sri Lanka|
    Sudan|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania|Thailand|Tunisia|Turkey|
    Turkmenistan|Uganda|Ukraine|United Arab Emirates|United Kingdom|United States|
    United States of America|UK|U.K.|US|U.S.|USA|U.S.A.|UAE|Uruguay|Uzbekistan|Venezuela|Vietnam|
    Wales|Yemen|Zambia|Zimbabwe""".replace("\n", "")
    .replace(" " * 4, "")
    .split("|")
)


def is_person(lemma: str) -> bool:
    """True for a common noun (folded) that names a person or people."""
    if lemma in PERSON_NOUNS or lemma.rpartition("-")[2] in PERSON_NOUNS:
        return True
    return lemma.endswith(PERSON_ENDINGS)


def is_group(lemma: str) -> bool:
    """True for a common noun (folded) that names a group of people acting together."""
    return lemma in GROUP_NOUNS
