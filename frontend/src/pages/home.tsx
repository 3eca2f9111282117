import { Link, useNavigate } from "react-router";
import { Intake } from "../components/home/intake";
import { Recent } from "../components/home/recent";
import { Figure } from "../components/ui/figure/figure";
import { useSystem } from "../hooks/queries/system";
import { useTitle } from "../hooks/use-title";
import "./home.css";

export function Home() {
  useTitle("Rehearsal");
  const navigate = useNavigate();
  const system = useSystem();
  const days = system.data?.retention_days;
  const cloud = system.data?.providers.filter((provider) => provider.where === "cloud") ?? [];
  return (
    <div className="home">
      <div className="home__main">
        <Intake onRead={(posting) => navigate(`/postings/${posting.id}`)} />
        <Recent />
      </div>
      <aside className="home__margin" aria-label="About Rehearsal">
        <figure className="home__stage" data-scene="stage">
          <Figure mood="idle" />
          <figcaption>Then somebody asks you the questions out loud, and you answer.</figcaption>
        </figure>
        <section className="home__note">
          <h2>What stays on this {system.data?.mode === "server" ? "server" : "machine"}</h2>
          {cloud.length === 0 ? (
            <p>
              All of it. The posting, your recordings and what is measured in them never leave it.
              {days ? ` Recordings delete themselves after ${days} days.` : ""}
            </p>
          ) : (
            <p>
              Everything but what you send to {[...new Set(cloud.map((one) => one.name))].join(" and ")},
              which you switched on.
            </p>
          )}
          <Link to="/data">See and delete your data</Link>
        </section>
      </aside>
    </div>
  );
}
