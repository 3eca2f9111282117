import { useState } from "react";
import { Icon } from "../ui/icon";

/** The code, with a button that copies it; where the browser does not let us, it can be selected. */
export function ReceiptCode({ code }: { code: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <div className="data__code">
      <code>{code}</code>
      <button type="button" className="btn" onClick={() => void copy()}>
        <Icon name={copied ? "tick" : "file"} /> {copied ? "Copied" : "Copy"}
      </button>
      <span role="status" className={copied === false ? "hush" : "only-heard"}>
        {copied === false
          ? "The browser did not let us copy it. Select it and copy it by hand."
          : copied
            ? "Copied."
            : ""}
      </span>
    </div>
  );
}
