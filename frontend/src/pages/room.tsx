import { Link, useParams } from "react-router";
import { Conversation } from "../components/room/conversation";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { useInterview } from "../hooks/queries/interviews";
import { useStage } from "../hooks/use-scene";
import { useTitle } from "../hooks/use-title";
import "./room.css";
import "./room-parts.css";

export function RoomPage() {
  const { id = "" } = useParams();
  const interview = useInterview(id);
  useStage();
  useTitle("The room");
  if (interview.isPending) return <Waiting label="Opening the room" lines={6} />;
  // Only when there is nothing to show: a later failure must not end a recording.
  if (interview.isLoadingError)
    return <Problem error={interview.error} onRetry={() => void interview.refetch()} />;
  const { mode, consent } = interview.data.settings;
  if (mode !== "typed" && !consent.recording) {
    return (
      <div className="note-page">
        <h1>Before you answer aloud</h1>
        <p>
          You have not agreed to be recorded yet. The check takes half a minute, and you can also choose to
          type there.
        </p>
        <p>
          <Link className="btn btn--primary" to={`/interviews/${id}/check`}>
            Go to the check
          </Link>
        </p>
      </div>
    );
  }
  return <Conversation interview={interview.data} />;
}
