import { useTitle } from "../hooks/use-title";

/** What is left when a page itself fails: a way on, and the promise that recordings are kept. */
export function Broken() {
  useTitle("This page failed");
  return (
    <div className="note-page" role="alert">
      <h1>This page stopped working</h1>
      <p>What you recorded is kept. Open the page again, and if it stops again, start from the first page.</p>
      <p className="row">
        <button type="button" className="btn btn--primary" onClick={() => window.location.reload()}>
          Open it again
        </button>
        <a className="btn" href="/">
          Go to the start
        </a>
      </p>
    </div>
  );
}
