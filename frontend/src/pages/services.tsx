import { Link } from "react-router";
import { Budgets } from "../components/services/budgets";
import { PortChoice } from "../components/services/port-choice";
import { ProviderCard } from "../components/services/provider-card";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { useProviders } from "../hooks/queries/providers";
import { useTitle } from "../hooks/use-title";
import "./services.css";

export function ServicesPage() {
  useTitle("Services");
  const settings = useProviders();
  if (settings.isPending) return <Waiting label="Asking what is set up" lines={8} />;
  if (settings.isLoadingError)
    return <Problem error={settings.error} onRetry={() => void settings.refetch()} />;
  const { ports, providers, budgets } = settings.data;
  const chosen = new Set(ports.map((port) => port.chosen));
  return (
    <div className="services">
      <header>
        <h1>Services</h1>
        <p>
          The whole job works on this machine, without any of these. If you have a key, a service of somebody
          else can do a part of the work. Nothing goes to anybody who is not chosen here.
        </p>
        <p>
          <Link to="/operations">How the work goes, and what failed</Link>
        </p>
      </header>
      <section aria-labelledby="work-title">
        <h2 id="work-title">Who does what</h2>
        {ports.map((port) => (
          <PortChoice key={port.id} port={port} providers={providers} />
        ))}
      </section>
      <section aria-labelledby="setup-title">
        <h2 id="setup-title">Keys and settings</h2>
        <div>
          {providers.map((provider) => (
            <ProviderCard key={provider.id} provider={provider} chosen={chosen.has(provider.id)} />
          ))}
        </div>
      </section>
      <section aria-labelledby="budget-title">
        <h2 id="budget-title">What language models may cost</h2>
        <Budgets budgets={budgets} />
      </section>
    </div>
  );
}
