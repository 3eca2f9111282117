import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  title: string;
  children: ReactNode;
  confirm: string;
  /** The word on the button that leaves everything as it is. */
  keep?: string;
  disabled?: boolean;
  onConfirm(): void;
  onClose(): void;
}

/** A question that must be answered before going on. Escape and "Keep" close it. */
export function Dialog({ title, children, confirm, keep = "Keep", disabled, onConfirm, onClose }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className="dialog" aria-labelledby="dialog-title" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <h2 id="dialog-title">{title}</h2>
        {children}
        <div className="row">
          <button type="submit" className="btn btn--primary" disabled={disabled}>
            {confirm}
          </button>
          <button type="button" className="btn" onClick={onClose}>
            {keep}
          </button>
        </div>
      </form>
    </dialog>
  );
}
