import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { ReceiptCode } from "../components/data/receipt-code";
import { ReceiptState } from "../components/data/receipt-state";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { useReceipt } from "../hooks/queries/privacy";
import { useTitle } from "../hooks/use-title";
import { codeIn } from "../utils/privacy";
import "./data.css";

/** What became of an erasure, for whoever has the code. It is behind the "#", so no server's log has it as an address. */
export function ReceiptPage() {
  useTitle("Receipt");
  const { hash, state } = useLocation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const fresh = (state as { fresh?: boolean } | null)?.fresh === true;
  const code = codeIn(hash);
  const receipt = useReceipt(code);
  const [typed, setTyped] = useState("");
  useEffect(() => {
    // What was read before the erasure goes from the memory of this page, too.
    if (fresh) client.removeQueries({ predicate: (query) => query.queryKey[0] !== "receipt" });
  }, [fresh, client]);

  return (
    <div className="data">
      <h1>{fresh ? "Everything is deleted" : "Receipt of a deletion"}</h1>
      {fresh && (
        <p>
          Nothing of yours can be read any more. What is left behind the scenes is being deleted now. With
          this code you can look how far it is, without signing in. It is shown only here: keep it.
        </p>
      )}
      {code !== "" && <ReceiptCode code={code} />}
      {code === "" && (
        <form
          className="data__ask"
          onSubmit={(event) => {
            event.preventDefault();
            navigate(`/receipt#${codeIn(typed)}`);
          }}
        >
          <div className="field">
            <label htmlFor="code">The code you were given</label>
            <input
              id="code"
              className="input"
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
          <button type="submit" className="btn btn--primary" disabled={codeIn(typed) === ""}>
            Look
          </button>
        </form>
      )}
      <Problem error={receipt.error} onRetry={receipt.error ? () => void receipt.refetch() : undefined} />
      {code !== "" && receipt.isPending && <Waiting label="Looking up the receipt" lines={4} />}
      {receipt.data && <ReceiptState erasure={receipt.data} />}
    </div>
  );
}
