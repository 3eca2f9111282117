import { type ReactNode, useEffect, useRef } from "react";

/** After a form that sends a mail: what to do now. The same for every address, known or not. */
export function AskedMail({ children, onAgain }: { children: ReactNode; onAgain(): void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div className="door">
      <div className="door__main">
        <h1 ref={title} tabIndex={-1}>
          Look into your mail
        </h1>
        {children}
        <p className="hush">
          Nothing there after a few minutes? Look among the unwanted mail, and whether the address is right.
        </p>
        <p>
          <button type="button" className="btn" onClick={onAgain}>
            Send it again, or to another address
          </button>
        </p>
      </div>
    </div>
  );
}
