import "./level-ruler.css";

/** A ruler from 1 to 5 with one hue; a band or a point on it. Hatched when there is nothing to show. */
export function LevelRuler({
  low,
  high,
  small,
}: {
  low: number | null;
  high: number | null;
  small?: boolean;
}) {
  const at = (value: number) => `${((value - 1) / 4) * 100}%`;
  const measured = low !== null && high !== null;
  const centre = measured ? (low + high) / 2 : 0;
  return (
    <span className={small ? "ruler ruler--small" : "ruler"} aria-hidden="true">
      {measured ? (
        <>
          <span className="ruler__fill" style={{ width: at(centre) }} />
          {high > low && (
            <span className="ruler__band" style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
          )}
          <span className="ruler__point" style={{ left: at(centre) }} />
        </>
      ) : (
        <span className="ruler__none unmeasured" />
      )}
      {[1, 2, 3, 4, 5].map((tick) => (
        <span key={tick} className="ruler__tick" style={{ left: at(tick) }}>
          {small ? "" : tick}
        </span>
      ))}
    </span>
  );
}
