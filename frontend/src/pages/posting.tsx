import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Facts } from "../components/posting/facts";
import { Requirements } from "../components/posting/requirements";
import { ResumeSection } from "../components/posting/resume-section";
import { SourceText } from "../components/posting/source-text";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { DEFAULTS, useCreateInterview } from "../hooks/queries/interviews";
import { usePosting } from "../hooks/queries/postings";
import { usePostingDraft } from "../hooks/use-posting-draft";
import { useTitle } from "../hooks/use-title";
import type { PostingOut } from "../utils/api/types";
import "./posting.css";

export function PostingPage() {
  const { id = "" } = useParams();
  const posting = usePosting(id);
  useTitle(posting.data?.posting.title ?? "The posting");
  if (posting.isPending) return <Waiting label="Opening the posting" lines={8} />;
  if (posting.isLoadingError) return <Problem error={posting.error} onRetry={() => void posting.refetch()} />;
  return <Understood key={id} stored={posting.data} />;
}

function Understood({ stored }: { stored: PostingOut }) {
  const [active, setActive] = useState<string | null>(null);
  const draft = usePostingDraft(stored);
  const create = useCreateInterview();
  const navigate = useNavigate();
  const { posting } = stored;
  const spans = (posting.requirements ?? []).filter((span) =>
    draft.items.some((item) => item.id === span.id),
  );

  const go = async () => {
    await draft.settle();
    create.mutate(
      { ...DEFAULTS, posting_id: stored.id },
      { onSuccess: (interview) => navigate(`/interviews/${interview.id}/plan`) },
    );
  };

  return (
    <div className="understood">
      <header className="understood__head">
        <h1>Here is what we understood</h1>
        <p>Correct anything that is wrong. Your questions are made from the list on this page.</p>
      </header>
      <div className="understood__pair">
        <SourceText
          text={posting.text}
          spans={spans}
          active={active}
          onHover={setActive}
          onPick={(item) =>
            document.querySelector<HTMLElement>(`#item-${CSS.escape(item)} textarea`)?.focus()
          }
        />
        <div className="understood__side">
          {(posting.warnings ?? []).map((warning) => (
            <p key={warning.code} className="understood__warning">
              {warning.detail}
            </p>
          ))}
          <Facts posting={posting} onChange={(change) => void draft.send(change)} />
          <Requirements draft={draft} active={active} onHover={setActive} />
          <Problem error={draft.error ?? create.error} />
        </div>
      </div>
      <ResumeSection stored={stored} items={draft.items} active={active} onHover={setActive} />
      <footer className="actionbar">
        <p className="hush" role="status">
          {create.isPending
            ? "Writing questions for this posting. This takes a few seconds."
            : draft.saving
              ? "Saving"
              : "Your corrections are saved as you make them."}
        </p>
        <button
          type="button"
          className="btn btn--primary"
          disabled={create.isPending || draft.items.length === 0}
          onClick={() => void go()}
        >
          {create.isPending ? "Writing the questions" : "Go to the questions"}
        </button>
      </footer>
    </div>
  );
}
