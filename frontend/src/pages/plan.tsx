import { Link, useNavigate, useParams } from "react-router";
import { CoverageFigure } from "../components/plan/coverage";
import { Manner } from "../components/plan/manner";
import { type Mix, MixForm } from "../components/plan/mix";
import { QuestionList } from "../components/plan/question-list";
import { VoiceChoice } from "../components/plan/voice-choice";
import { WhoAsks } from "../components/plan/who-asks";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import {
  useCreateInterview,
  useDeleteInterview,
  useEditInterview,
  useInterview,
} from "../hooks/queries/interviews";
import { usePosting } from "../hooks/queries/postings";
import { useSystem } from "../hooks/queries/system";
import { useTitle } from "../hooks/use-title";
import type { InterviewOut } from "../utils/api/types";
import { count } from "../utils/format";
import "./plan.css";
import "./plan-settings.css";

export function PlanPage() {
  const { id = "" } = useParams();
  const interview = useInterview(id);
  useTitle("The questions");
  if (interview.isPending) return <Waiting label="Opening the questions" lines={8} />;
  if (interview.isLoadingError)
    return <Problem error={interview.error} onRetry={() => void interview.refetch()} />;
  return <Plan key={id} interview={interview.data} />;
}

function Plan({ interview }: { interview: InterviewOut }) {
  const navigate = useNavigate();
  const system = useSystem();
  const posting = usePosting(interview.posting.id);
  const edit = useEditInterview(interview.id);
  const create = useCreateInterview();
  const remove = useDeleteInterview();
  const { settings, progress } = interview;
  const begun = progress.answered > 0;

  const remake = (mix: Mix) => {
    const { mode, voice, speed, interviewer, style, hidden, follow_ups } = settings;
    create.mutate(
      {
        posting_id: interview.posting.id,
        mode,
        voice,
        speed,
        interviewer,
        style,
        hidden,
        follow_ups,
        ...mix,
      },
      {
        onSuccess: (made) => {
          // An interview somebody has answered in is kept; an untouched plan is only replaced.
          if (!begun) remove.mutate(interview.id);
          navigate(`/interviews/${made.id}/plan`, { replace: true });
        },
      },
    );
  };

  const title = interview.posting.title ?? "this job";
  const typed = settings.mode === "typed";
  return (
    <div className="plan">
      <header className="plan__head">
        <h1>
          {count(progress.asked, "question")} for {title}
        </h1>
        <p className="hush">
          <Link to={`/postings/${interview.posting.id}`}>Back to the posting</Link>
        </p>
      </header>
      <div className="plan__main">
        {create.isPending && (
          <p role="status" className="hush">
            Writing questions for this posting. This takes a few seconds.
          </p>
        )}
        <Problem error={create.error} />
        <QuestionList interview={interview} />
      </div>
      <aside className="plan__side" aria-label="Settings">
        <Manner interview={interview} onChange={(change) => edit.mutate(change)} />
        {!typed && <WhoAsks interview={interview} onChange={(change) => edit.mutate(change)} />}
        {!typed && <VoiceChoice interview={interview} onChange={(change) => edit.mutate(change)} />}
        <Problem error={edit.error} />
        <details className="plan__mix">
          <summary>Change the number and the mix</summary>
          <MixForm
            interview={interview}
            limits={{
              min: system.data?.limits.questions_min ?? 3,
              max: system.data?.limits.questions_max ?? 15,
            }}
            busy={create.isPending}
            onMake={remake}
          />
        </details>
        <CoverageFigure interview={interview} requirements={posting.data?.posting.requirements ?? []} />
      </aside>
      <footer className="actionbar">
        <p className="hush">
          {typed
            ? "Nothing is recorded when you type."
            : "Next you see yourself, and decide what is recorded and measured."}
        </p>
        <Link className="btn btn--primary" to={`/interviews/${interview.id}/${typed ? "room" : "check"}`}>
          {typed
            ? "Go to the first question"
            : settings.mode === "voice"
              ? "Check the microphone"
              : "Check camera and microphone"}
        </Link>
      </footer>
    </div>
  );
}
