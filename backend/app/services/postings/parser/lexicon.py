"""Names of tools, certificates, methods, standards and crafts, by trade. Own list, kept by hand.

Lower-case entries match in any case. `EXACT` entries are everyday words too (Go, Excel, Slack) and match only as
written. Shapes that need no list (acronyms, CamelCase, "ISO 9001") are in `skills.py`.
"""

from __future__ import annotations

_TERMS = """
# nursing and clinical
basic life support, advanced life support, immediate life support, paediatric life support, medication administration,
medicines management, drug administration, venepuncture, cannulation, phlebotomy, wound care, wound dressing,
catheterisation, catheter care, tracheostomy care, peg feeding, stoma care, tissue viability, infection prevention,
infection control, aseptic technique, vital signs, blood pressure, ecg, triage, palliative care, end of life care,
intensive care, critical care, theatre nursing, scrub nurse, midwifery, patient assessment, care planning, care plans,
discharge planning, risk assessment, risk assessments, safeguarding, mental capacity act, deprivation of liberty,
electronic patient records, electronic health records, systmone, emis, epic, cerner, meditech, lorenzo, rio, datix,
news2, sbar, nursing and midwifery council, registered nurse, registered general nurse,
registered mental health nurse, licensed practical nurse, certified nursing assistant, mentorship, preceptorship,
revalidation, dementia care, manual handling, moving and handling, patient handling, hoisting, first aid,
first aid at work, mental health first aid, radiography, sonography, ultrasound, mri scanning, physiotherapy,
occupational therapy, speech and language therapy, dispensing, pharmacy, pharmacology, dental nursing,
dental radiography, sterilisation, decontamination, audiology, cognitive behavioural therapy,
motivational interviewing, counselling, clinical governance, clinical audit, gcp, good clinical practice, ich-gcp,
clinical trials, histology, haematology, microbiology, elisa, flow cytometry, hplc, mass spectrometry,
gas chromatography, pipetting, cell culture, gmp, good manufacturing practice, glp, haccp, gdp
# care and support
personal care, medication support, care certificate, positive behaviour support, makaton, british sign language,
lone working, supported living, domiciliary care, residential care, care quality commission, ofsted, key working,
autism, learning disabilities, challenging behaviour, de-escalation, team teach, person-centred care,
diploma in health and social care, health and social care, child protection, early help, trauma-informed practice
# teaching and early years
qualified teacher status, pgce, early years foundation stage, eyfs, phonics, read write inc, key stage 1, key stage 2,
key stage 3, key stage 4, a-level, a level, gcse, gcses, national curriculum, lesson planning, differentiation,
classroom management, behaviour management, assessment for learning, special educational needs, send code of practice,
education health and care plans, ehcp, safeguarding level 3, tefl, celta, delta, montessori, forest school,
pastoral care, curriculum design, moodle, google classroom, blackboard, canvas lms, safer recruitment,
paediatric first aid
# kitchen and hospitality
food hygiene, food hygiene certificate, level 2 food hygiene, level 3 food hygiene, food safety, food allergens,
allergens, allergen management, knife skills, mise en place, menu planning, menu development, stock rotation,
portion control, butchery, pastry, bread baking, sourdough, laminated dough, viennoiserie, patisserie, grill,
sous vide, fermentation, latte art, espresso, coffee machine, barista, cocktail making, mixology, wine service, wset,
cask ale, cellar management, table service, silver service, front of house, back of house, personal licence,
responsible service of alcohol, servsafe, tips certification, opera pms, micros, resdiary, opentable, sevenrooms,
epos, cash handling, till operation, housekeeping, revenue management, event catering, banqueting, gross profit,
gp margins, food cost, night audit, upselling, reservations
# welding, machining, fabrication
mig welding, tig welding, mma welding, stick welding, arc welding, flux cored welding, spot welding, orbital welding,
pulse mig, mig, tig, gmaw, gtaw, smaw, fcaw, coded welder, welding symbols, welding inspection, weld inspection,
cswip, fabrication, sheet metal, plasma cutting, oxy-acetylene, oxy-fuel, press brake, guillotine, grinding, brazing,
soldering, cnc machining, cnc milling, cnc turning, cnc programming, cnc, cam programming, milling, turning, lathe,
lathes, fanuc, heidenhain, siemens sinumerik, mazatrol, haas, g-code, edm, wire erosion, metrology, micrometers,
vernier calipers, calipers, micrometer, cmm, gd&t, geometric tolerancing, engineering drawings, technical drawings,
blueprints, blueprint reading, isometric drawings, stainless steel, mild steel, aluminium, aluminum, hydraulics,
pneumatics, mechanical assembly, tool setting, injection moulding, non-destructive testing, ndt,
magnetic particle inspection, dye penetrant testing, ultrasonic testing, radiographic testing, pressure vessels,
pipework, rigging, slinging
# electrical, plumbing, gas, building services
18th edition, 18th edition wiring regulations, wiring regulations, inspection and testing, electrical installation,
fault finding, am2, ecs gold card, ecs card, jib gold card, gas safe, gas safe registered, acs gas,
unvented hot water, oftec, f-gas, heat pumps, boilers, boiler servicing, underfloor heating, hvac, refrigeration,
building management systems, bms, solar pv, ev charging, mcs, plc, plcs, plc programming, scada, hmi, siemens s7,
tia portal, allen bradley, ladder logic, servo drives, inverters, switchgear, high voltage, low voltage, three phase,
multimeter, schematics, wiring diagrams, p&ids, instrumentation, planned preventive maintenance,
preventive maintenance, preventative maintenance, ppm, predictive maintenance, condition monitoring,
vibration analysis, root cause analysis, lock out tag out, lockout/tagout, loto, permit to work, confined space,
confined spaces
# construction
cscs, cscs card, sssts, smsts, cpcs, npors, pasma, ipaf, working at height, work at height, asbestos awareness,
method statements, rams, cdm regulations, cdm 2015, building regulations, setting out, total station, bricklaying,
plastering, dry lining, joinery, carpentry, first fix, second fix, roofing, scaffolding, cisrs, groundworks, formwork,
reinforced concrete, steel fixing, piling, tarmac, nrswa, street works, excavator, telehandler, dumper,
slinger signaller, tower crane, crane operation, quantity surveying, bills of quantities, nec contracts, nec3, nec4,
jct, cost estimating, take-offs, procore, asta powerproject, primavera p6, primavera, microsoft project, ms project,
revit, navisworks, bim, bim 360, autocad, civil 3d, sketchup, solidworks, solid edge, autodesk inventor, catia, creo,
siemens nx, ansys, abaqus, matlab, simulink, labview, finite element analysis, fea, cfd, structural analysis,
eurocodes, staad pro, etabs, tekla, land surveying, topographic surveys, gis, arcgis, qgis
# warehouse, logistics, driving
forklift, forklift licence, forklift truck, counterbalance, reach truck, counterbalance forklift, reach truck licence,
powered pallet truck, llop, vna, bendi, mewp, order picking, pick and pack, goods in, goods out, stock control,
stocktaking, stock counts, cycle counting, inventory management, warehouse management system,
warehouse management systems, wms, barcode scanners, rf scanner, rf scanners, hand scanners, despatch, dispatch,
palletising, cross-docking, fifo, load planning, route planning, transport planning, driver cpc, cpc,
digital tachograph, digi tach card, digi card, tachograph, drivers hours, drivers' hours, driving licence,
driver's license, drivers license, driver's licence, full uk driving licence, clean driving licence, class 1 licence,
class 2 licence, hgv licence, hgv class 1, hgv class 2, hgv, lgv, adr, hiab, moffett, tail lift, multi-drop,
multidrop, cdl, cdl class a, hazmat endorsement, tanker endorsement, vehicle checks, walkaround checks,
freight forwarding, incoterms, customs clearance, customs declarations, import and export, dangerous goods,
cold chain, last mile, fleet management, telematics, demand planning, supply planning, s&op, mrp, procurement,
supplier management, category management, contract management, tendering, e-auctions, cips, apics, kanban,
just in time, manhattan wms, sap ewm, oracle wms
# retail and customer service
visual merchandising, merchandising, planograms, point of sale, loss prevention, shrinkage, click and collect,
customer service, complaint handling, complaints handling, call handling, contact centre, live chat,
first contact resolution, net promoter score, nps, customer satisfaction, csat, zendesk, freshdesk,
salesforce service cloud, genesys, avaya, five9, intercom, keyholder, age-restricted sales, challenge 25,
replenishment
# sales and business development
cold calling, lead generation, prospecting, pipeline management, account management, key account management,
territory management, solution selling, consultative selling, spin selling, challenger sale, meddic, meddpicc, bant,
value selling, negotiation, contract negotiation, forecasting, sales forecasting, crm, salesforce, hubspot, pipedrive,
zoho crm, microsoft dynamics, dynamics 365, outreach.io, salesloft, gong, linkedin sales navigator, sales navigator,
b2b sales, b2c sales, b2b, b2c, field sales, telesales, inside sales, channel sales, tender writing, bid writing, rfp,
rfps, quota attainment, upsell, cross-sell
# marketing, content, design
seo, sem, ppc, google ads, google analytics, google analytics 4, ga4, google tag manager, meta ads, facebook ads,
tiktok ads, linkedin ads, paid social, paid search, email marketing, marketing automation, mailchimp, klaviyo,
marketo, pardot, braze, content marketing, content strategy, copywriting, copyediting, proofreading, social media,
social media management, community management, influencer marketing, brand management, brand strategy,
public relations, media relations, press releases, crisis communications, internal communications,
campaign management, a/b testing, conversion rate optimisation, conversion rate optimization, cro, market research,
customer segmentation, wordpress, drupal, webflow, shopify, magento, woocommerce, cms, adobe creative cloud,
adobe creative suite, photoshop, illustrator, indesign, after effects, premiere pro, lightroom, final cut pro,
davinci resolve, canva, figma, sketch app, adobe xd, cinema 4d, blender, typography, wireframing, prototyping,
user research, usability testing, user-centred design, user experience, ux, ui design, ux design, design systems,
accessibility, wcag, information architecture, service design, motion graphics, video editing, photography,
storyboarding
# finance, accounting, insurance
acca, aca, cima, aat, cpa, cfa, bookkeeping, accounts payable, accounts receivable, purchase ledger, sales ledger,
general ledger, credit control, bank reconciliation, bank reconciliations, reconciliations,
balance sheet reconciliations, month end, month-end, month-end close, year end, year-end accounts,
management accounts, statutory accounts, financial statements, financial reporting, financial modelling,
financial modeling, budgeting, variance analysis, cash flow forecasting, cashflow forecasting, consolidation,
fixed assets, vat returns, vat, corporation tax, tax returns, transfer pricing, payroll, paye, auto-enrolment, ifrs,
uk gaap, us gaap, gaap, frs 102, sox, internal audit, external audit, internal controls, xero, quickbooks, sage 50,
sage 200, sage payroll, sage intacct, netsuite, oracle financials, oracle fusion, sap, sap fi, sap s/4hana, s/4hana,
sap fico, workday, coupa, concur, hyperion, anaplan, adaptive planning, bloomberg, refinitiv, kyc, aml,
anti-money laundering, know your customer, mifid ii, solvency ii, basel iii, credit risk, market risk,
operational risk, underwriting, claims handling, loss adjusting, actuarial, actuarial modelling, reinsurance, cii,
fca regulations, consumer duty, due diligence, mergers and acquisitions, m&a, valuation, discounted cash flow, dcf,
treasury, hedging, derivatives, fund accounting, equity research, mortgage advice, cemap,
diploma in regulated financial planning, pivot tables, vlookup, xlookup, power query, vba, advanced excel,
microsoft excel, ms excel
# law, public sector, administration
conveyancing, litigation, dispute resolution, commercial contracts, contract drafting, contract law, employment law,
family law, immigration law, intellectual property, patent law, company law, company secretarial, legal research,
legal drafting, due diligence, e-discovery, case management, civil procedure rules, qualified solicitor,
practising certificate, cilex, lpc, sqe, bar qualification, paralegal, lexisnexis, westlaw, practical law, iken,
leap legal, land registry, lender handbook, gdpr, data protection, data protection act, freedom of information, foi,
judicial review, probate, wills, notary, minute taking, minute-taking, diary management, audio typing, touch typing,
shorthand, travel booking, microsoft office, ms office, microsoft 365, office 365, google workspace, g suite,
microsoft outlook, microsoft word, microsoft teams, microsoft powerpoint, powerpoint, sharepoint, docusign,
mail merge, data entry, records management, switchboard, reception duties, event planning, project management,
programme management, prince2, prince2 practitioner, msp, managing successful programmes, pmp, pmi, apm, agile, scrum,
scrum master, waterfall, lean six sigma, six sigma, lean manufacturing, kaizen, 5s, value stream mapping,
continuous improvement, change management, prosci, stakeholder management, risk management, risk registers, raid logs,
gantt charts, business analysis, requirements gathering, process mapping, bpmn, uml, business process improvement,
benefits realisation, policy development, grant writing, fundraising, raiser's edge, volunteer management,
trusts and foundations, public procurement, emergency planning, housing law, homelessness reduction act,
care act 2014, children act 1989, welfare rights, council tax, town planning, planning applications,
environmental impact assessment
# HR and recruitment
cipd, cipd level 5, cipd level 3, shrm, employee relations, disciplinary and grievance, grievance, tupe,
talent acquisition, recruitment, sourcing, boolean search, headhunting, applicant tracking system,
applicant tracking systems, ats, linkedin recruiter, greenhouse, onboarding, performance management,
succession planning, workforce planning, learning and development, learning needs analysis, training delivery,
instructional design, e-learning, articulate storyline, compensation and benefits, job evaluation, hris, bamboohr,
successfactors, peoplesoft, cornerstone, coaching, mentoring, organisational development, employee engagement,
occupational health, psychometric testing
# quality, safety, environment, science
iosh, iosh managing safely, nebosh, nebosh general certificate, coshh, riddor, puwer, loler, dsear, health and safety,
fire safety, fire marshal, toolbox talks, accident investigation, incident investigation, behavioural safety, atex,
comah, environmental management, carbon accounting, esg, life cycle assessment, waste management,
quality management systems, quality management system, quality assurance, quality control, internal auditing, apqp,
ppap, fmea, pfmea, dfmea, spc, statistical process control, msa, 8d, capa, corrective actions, control plans,
iatf 16949, as9100, fda, mhra, 21 cfr part 11, csv validation, process validation, iq/oq/pq, brc, brcgs, sqf,
technical writing, chemical engineering, process engineering, process safety, hazop, aspen hysys, water treatment,
food technology, sensory analysis, horticulture, arboriculture, chainsaw, pa1, pa6, cs30, pesticides, tractor driving,
lambing, animal husbandry, veterinary nursing, dog grooming
# beauty, leisure, security
nvq hairdressing, hair colouring, balayage, barbering, waxing, lash extensions, dermaplaning, massage therapy,
reflexology, personal training, gym instruction, reps, cimspa, lifeguarding, nplq, swimming teaching, pool plant,
tour guiding, sia licence, sia door supervisor, door supervision, cctv, cctv monitoring, access control,
conflict management, crowd management, static guarding, locksmith
# vehicles, aerospace, rail, marine, energy
vehicle diagnostics, mot testing, mot tester, imi, ev qualification, bodywork, paint spraying, brakes, gearboxes,
diesel engines, hybrid vehicles, auto electrics, easa part 66, part 145, b1 licence, b2 licence, caa, avionics,
airframe, composites, do-178c, do-254, arinc 429, rail signalling, pts, personal track safety, irse, permanent way,
overhead line, stcw, ecdis, gmdss, bosiet, offshore survival, gwo, wind turbines, substations, power systems,
protection relays, etap, digsilent, pscad, well control, iwcf
# software
python, java, javascript, typescript, kotlin, scala, ruby, php, perl, c++, c#, .net, .net core, asp.net, f#, vb.net,
objective-c, golang, haskell, elixir, erlang, clojure, dart, lua, cobol, fortran, assembly language, bash,
shell scripting, powershell, sql, t-sql, pl/sql, nosql, html, html5, css, css3, sass, react.js, reactjs, react native,
angular, angularjs, vue, vue.js, vuejs, svelte, next.js, nuxt, node.js, nodejs, nestjs, django, fastapi,
ruby on rails, rails, laravel, symfony, spring boot, spring framework, hibernate, flutter, swiftui, jetpack compose,
xamarin, unity3d, unreal engine, opengl, webgl, three.js, graphql, rest api, rest apis, restful apis, restful, grpc,
websockets, soap, openapi, microservices, event-driven architecture, domain-driven design, test-driven development,
tdd, bdd, unit testing, integration testing, end-to-end testing, code review, code reviews,
object-oriented programming, functional programming, design patterns, data structures, algorithms,
distributed systems, embedded systems, embedded c, rtos, freertos, fpga, vhdl, verilog, systemverilog, can bus, i2c,
spi, uart, modbus, opc ua, arm cortex, linux kernel, device drivers, firmware, pcb design, altium, altium designer,
kicad, ltspice, rf design, signal processing, dsp, ros, ros2, computer vision, opencv, postgresql, postgres, mysql,
mariadb, sql server, mongodb, redis, elasticsearch, opensearch, cassandra, dynamodb, neo4j, oracle database, sqlite,
cockroachdb, clickhouse, snowflake, bigquery, redshift, databricks, apache spark, pyspark, apache kafka, kafka,
rabbitmq, activemq, apache flink, flink, airflow, apache airflow, dbt, dagster, prefect, hadoop, delta lake, iceberg,
data warehousing, data warehouse, data modelling, data modeling, data engineering, data pipelines, etl, elt, ssis,
ssrs, informatica, talend, fivetran, data governance, data quality, master data management, power bi, tableau, looker,
looker studio, qlik, qlikview, qlik sense, dax, excel macros, statistics, statistical analysis, statistical modelling,
regression analysis, hypothesis testing, experimental design, causal inference, time series, bayesian statistics,
machine learning, deep learning, natural language processing, nlp, large language models, llm, llms,
prompt engineering, retrieval-augmented generation, reinforcement learning, recommender systems, mlops, mlflow,
kubeflow, sagemaker, vertex ai, pytorch, tensorflow, keras, jax, scikit-learn, pandas, numpy, scipy, xgboost,
lightgbm, hugging face, langchain, spss, stata, sas, rstudio, jupyter, ggplot2, aws, amazon web services,
microsoft azure, azure, azure devops, google cloud, google cloud platform, gcp, openstack, vmware, vsphere, hyper-v,
proxmox, docker, kubernetes, openshift, helm, istio, terraform, ansible, cloudformation, pulumi, packer, jenkins,
github actions, gitlab ci, circleci, argo cd, argocd, ci/cd, continuous integration, continuous delivery, git, github,
gitlab, bitbucket, jira, confluence, prometheus, grafana, datadog, new relic, splunk, elk stack, opentelemetry,
pagerduty, site reliability engineering, sre, devops, devsecops, infrastructure as code, serverless, aws lambda, ecs,
eks, s3, linux, ubuntu, red hat, rhel, centos, windows server, active directory, entra id, group policy, intune, sccm,
jamf, exchange online, citrix, tcp/ip, dns, dhcp, vlan, vlans, bgp, ospf, mpls, sd-wan, vpn, firewalls, cisco ios,
ccna, ccnp, juniper, fortinet, palo alto networks, meraki, wireshark, voip, sip, load balancing, nginx,
apache http server, itil, itil v4, itil foundation, service desk, servicenow, incident management, problem management,
ticketing system, ticketing systems, desktop support, cyber security, cybersecurity, information security,
penetration testing, vulnerability management, threat modelling, threat modeling, siem, soc 2, cissp, cism, cisa, ceh,
oscp, comptia a+, comptia network+, comptia security+, security+, cyber essentials, nist, owasp, pci dss, hipaa,
oauth, oauth2, openid connect, saml, identity and access management, iam, zero trust, cryptography, selenium, cypress,
playwright, appium, cucumber, junit, pytest, postman, jmeter, k6, testrail, istqb, test automation, manual testing,
regression testing, exploratory testing, product management, product roadmap, product discovery, user stories, okrs,
safe agile, mulesoft, boomi, apex, visualforce, sap abap, abap, sap hana, outsystems, power apps, power automate,
power platform, rpa, uipath, blue prism, alteryx
# languages
english, french, german, spanish, italian, portuguese, dutch, polish, czech, romanian, ukrainian, russian, arabic,
mandarin, cantonese, japanese, korean, hindi, urdu, punjabi, bengali, gujarati, turkish, greek, swedish, danish,
norwegian, finnish, hungarian, hebrew, vietnamese, welsh, irish, gaelic
# general licences and checks
dbs, dbs check, enhanced dbs, enhanced dbs check, sc clearance, dv clearance, security clearance, right to work,
driving licence, driving license, background check, ielts, toefl, functional skills, degree, bachelor's degree,
master's degree, phd, mba, hnc, hnd, btec, city & guilds, city and guilds, apprenticeship
"""

_EXACT = """
Go R C Rust Swift Spring Flask React Express Chef Puppet Excel Word Access Outlook Teams Sage Slack Notion Asana
Trello Miro Monday.com Spark Hive Ember Bootstrap Tailwind Unity Maya Nuke Rhino Vault Consul Nomad Lean ADP Pages
Numbers Square Toast Lightspeed Sketch Zoom Zapier Stripe Twilio Segment Amplitude Mixpanel Hotjar Optimizely Fourth
Harri Planday Deputy Procreate Cubase Ableton Stata Julia Groovy Gradle Maven Webpack Vite Jest Mocha Jasmine Chai
Oracle Delphi Visio Publisher Teamcenter Windchill Vantage Arbor SIMS Bromcom Tapestry Famly Nourish Aspire Yardi
Reapit Alto Rekordbox Vectorworks Lightwright Qlab QLab Avid Houdini Ansible
"""
EXACT = frozenset(_EXACT.split())

TERMS = frozenset(
    " ".join(term.split())
    for line in _TERMS.splitlines()
    if not line.startswith("#")
    for term in line.split(",")
    if term.strip()
)
