import { Link } from "react-router";
import { useTitle } from "../hooks/use-title";

export function Lost() {
  useTitle("Nothing here");
  return (
    <div className="note-page">
      <h1>There is nothing at this address</h1>
      <p>It may have been deleted, or the address has a slip in it.</p>
      <p className="row">
        <Link className="btn btn--primary" to="/">
          Go to the start
        </Link>
        <Link className="btn" to="/history">
          See your interviews
        </Link>
      </p>
    </div>
  );
}
