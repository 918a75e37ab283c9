"""Classes of English nouns that decide between "who" and "what" and what can be asked for at all.

The classes are WordNet's upper ones (person, group, time) cut down to the nouns that news and
encyclopedias are full of; WordNet itself is not on package registries without a download.
"""

from __future__ import annotations

PERSON_NOUNS = frozenset(
    """abuser academic accountant accuser activist actor actress administrator admiral adolescent
    adult adversary adviser advisor advocate agent aide airman ally alumnus amateur ambassador
    analyst anarchist ancestor anchor announcer applicant apprentice archaeologist archbishop
    architect aristocrat arsonist artist assailant assassin assistant astronaut athlete
    attacker attendee attorney auctioneer auditor aunt author baby bachelor bandit banker
    barber baron baroness barrister bartender bassist batsman beginner believer beneficiary
    billionaire biographer biologist bishop blacksmith blogger bodyguard bomber bookseller
    borrower boss botanist bowler boxer boy boyfriend breadwinner bride broadcaster broker
    brother buddy builder burglar businessman businesswoman butcher butler buyer bystander
    caller campaigner camper candidate captain cardinal caregiver carer caretaker carpenter
    cashier cast celebrity chair chairman chairperson chairwoman champion chancellor chaplain
    chef chemist chief child choreographer citizen civilian classmate cleaner clergyman cleric
    clerk client climber clown coach collaborator colleague collector colonel columnist
    comedian commander commentator commissioner commuter companion competitor composer comrade
    conductor congressman congresswoman conqueror conservationist conservative conspirator
    constable consultant consumer contestant contractor contributor controller convict cook
    coordinator cop coroner correspondent cosmonaut councillor counsellor counselor
    counterpart couple courier courtier cousin creator creditor crew cricketer criminal critic
    crook curator customer cyclist dad dancer daughter dealer debtor defector defendant
    defender delegate democrat demonstrator dentist deputy descendant designer despot detainee
    detective developer devotee dictator diner diplomat director disciple dissident diver
    doctor donor dreamer drinker driver drummer duchess duke dweller earl economist editor
    educator elder emperor employee employer empress engineer enthusiast entrepreneur envoy
    examiner executive exile expert explorer extremist eyewitness fan fanatic farmer fatality
    father female feminist fighter filmmaker financier firefighter fireman fisherman
    footballer forecaster foreigner founder friend fugitive gambler gangster gardener general
    gentleman girl girlfriend goalie goalkeeper goalscorer golfer governor graduate
    granddaughter grandfather grandmother grandparent grandson groom guard guardian guest
    guide guitarist gunman gunner guy gymnast hacker hairdresser head heir helper hero heroine
    hijacker hiker historian hitchhiker hitman holidaymaker homeowner hooligan host hostage
    housewife human hunter husband illustrator immigrant individual informant inhabitant
    inmate innkeeper insider inspector instructor insurgent intellectual interpreter
    interviewee interviewer introvert intruder inventor investigator investor jockey jogger
    journalist judge jurist juror keeper kid killer king knight laborer labourer lad lady
    landlord landowner lawmaker lawyer leader lecturer legislator liar liberal librarian
    lieutenant linguist listener lobbyist looter lord loser lover loyalist magician magistrate
    maid major male man manager manufacturer marine mariner marksman martyr mastermind
    mathematician mayor mechanic mediator medic member mentor merchant messenger midfielder
    midwife migrant militant millennial millionaire miner minister missionary mobster
    moderator mom monarch monk mother motorcyclist motorist mountaineer mourner mugger mum
    murderer musician nanny narrator nationalist native navigator negotiator neighbor
    neighbour nephew neurosurgeon newcomer newlywed newsreader niece noble nobleman nominee
    novelist novice nun nurse observer offender officer official onlooker operative operator
    opponent orator organiser organizer orphan outlaw outsider owner pacifist painter
    paramedic parent parishioner participant partner passenger passerby pastor patient
    patriarch patron peasant peddler pedestrian penpal pensioner people performer perpetrator
    person personality personnel pharaoh philanthropist philosopher photographer physician
    physicist pianist pickpocket pilgrim pilot pioneer pirate plaintiff planner player
    playwright plumber poacher poet policeman policewoman politician pope porter postman
    practitioner preacher predecessor premier presenter president priest prime prince princess
    principal prisoner prodigy producer professional professor programmer proponent proprietor
    prosecutor prostitute protagonist protester protestor psychiatrist psychoanalyst
    psychologist public publisher pundit punter pupil quarterback queen rabbi racer racist
    radical ranger rapist rapper reader realtor rebel receptionist recipient recluse recruit
    recruiter referee reformer refugee registrar relative renter reporter representative
    republican rescuer researcher reservist resident respondent responder retiree reveller
    reviewer rider rival robber roommate rower ruler runner sailor saint salesman savior
    saviour scammer sceptic scholar schoolboy schoolchild schoolgirl scientist scout
    screenwriter sculptor seaman secretary selector seller senator sergeant servant serviceman
    settler shareholder sharpshooter shepherd sheriff shooter shopkeeper shopper sibling
    singer sister skater skeptic skier skipper slave smoker smuggler sniper snowboarder
    sociologist soldier solicitor son songwriter speaker specialist spectator speechwriter
    spokesman spokesperson spokeswoman sportsman spouse spy squatter staff staffer stakeholder
    stalker statesman stepbrother stepfather stepmother stepson stockbroker storekeeper
    storyteller stowaway stranger striker student stuntman subscriber successor sufferer
    sultan superintendent superstar supervisor supplier supporter surfer surgeon survivor
    suspect swimmer sympathiser sympathizer tailor taxpayer teacher teammate technician teen
    teenager tenant tenor terrorist therapist thief thinker thug toddler tourist trader
    trafficker trainee trainer traitor translator traveler traveller treasurer trespasser
    trooper trucker trustee tutor twin tycoon typist uncle undergraduate user usher vandal
    vegetarian vendor veteran veterinarian vicar victim viewer vigilante villager villain
    violinist virologist visionary visitor vocalist volunteer voter waiter waitress walker
    wanderer warden warrior watchman whistleblower wicketkeeper widow widower wife winger
    winner witness wizard woman worker worshiper worshipper wrestler writer wrongdoer
    yachtsman youngster youth zealot zoologist""".split()
)
PERSON_ENDINGS = (
    "woman", "ologist", "ographer", "ician", "women", "person", "people", "keeper", "holder",
    "goer", "winger", "seeker", "sman", "year-old", "crat", "mate", "contact",
)  # fmt: skip
# Groups of people act as people do: "who" fits them as subjects of such verbs.
GROUP_NOUNS = frozenset(
    """administration agency airline alliance army assembly association audience authority automaker
    band bank board brewer bureau business cabinet campaign carmaker chain charity church club
    coalition college commission committee community company conglomerate congress consortium
    constabulary corporation council court defence defense delegation department duo
    electorate enterprise establishment faction family federation firm force foundation gang
    giant government group household industry institute institution insurer jury league
    legislature lender maker management manufacturer media militia ministry navy network
    newspaper opposition orchestra organisation organization panel parliament party police
    press prosecution regime regulator retailer school senate side society startup studio
    supermarket team tribe tribunal trio troop troops union university watchdog""".split()
)
TIME_NOUNS = frozenset(
    """afternoon age birthday century dawn day decade dusk era evening future hour midnight
    millennium minute moment month morning night noon period season second spring summer autumn
    term time today tomorrow tonight week weekend winter year yesterday fortnight while
    night-time lunchtime daytime monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december past millisecond
    microsecond nanosecond semester weekday""".split()
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
# A name with one of these is of a rule, not of those who made it.
LAW_WORDS = frozenset(
    "act bill charter code constitution convention law treaty accord protocol amendment".split()
)
# Nouns whose infinitive belongs to them: "the need of the family to promote".
WITH_INFINITIVE = frozenset(
    """ability agreement attempt bid call capacity chance commitment decision desire duty effort
    failure intention move need obligation offer opportunity permission plan power pressure promise
    proposal refusal right tendency time way willingness""".split()
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
