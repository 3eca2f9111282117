// A posting of our own, so that somebody without one can see what happens.
export const EXAMPLE_NAME = "night nurse at a small hospital";

export const EXAMPLE = `Staff Nurse, nights, respiratory ward
Alder Vale Community Hospital, Ludlow

We are a small hospital at the edge of a market town. Ward 5 has twenty-eight beds for people with long-term and acute respiratory illness. At night three nurses and two healthcare assistants look after them.

What you will do
- Look after a bay of nine patients through the night, and be in charge of the ward one shift in four.
- Keep families informed by telephone and at the bedside, also when the news is bad.
- Hand over to the day team in writing and in person.
- Teach student nurses and new colleagues at the bedside.

You must have
- Registration as an adult nurse and at least two years on an acute ward.
- The habit of setting priorities when a shift is short of staff.
- Safe practice with intravenous medicines and controlled drugs.
- A sure hand with early warning scores, and a clear way of escalating.
- Experience with oxygen therapy and non-invasive ventilation.
- Clear written English.

Nice to have
- A mentorship or practice assessor qualification.
- Some knowledge of tracheostomy care.

We offer thirty-seven and a half hours in three long nights a week, a room to rest in, and a garden.
`;
