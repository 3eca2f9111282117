import { useCallback, useEffect, useRef, useState } from "react";
import type { PostingEdit, PostingOut, Requirement, Weight } from "../utils/api/types";
import { useEditPosting } from "./queries/postings";

export type Draft = Pick<Requirement, "text" | "weight" | "quote"> & { id: string; fresh: boolean };

const asDraft = (item: Requirement): Draft => ({ ...item, fresh: false });
const asEdit = ({ id, text, weight, fresh }: Draft) => (fresh ? { text, weight } : { id, text, weight });

/**
 * The posting as the person corrects it. Every change is sent at once, except a removal: that one waits until it can
 * no longer be undone, because the server forgets where a removed item came from.
 */
export function usePostingDraft(stored: PostingOut) {
  const edit = useEditPosting(stored.id);
  const [items, setItems] = useState<Draft[]>(() => (stored.posting.requirements ?? []).map(asDraft));
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const latest = useRef({ items, removed });
  latest.current = { items, removed };
  const { mutateAsync } = edit;

  const send = useCallback(
    async (change: PostingEdit) => {
      const answer = await mutateAsync(change).catch(() => null);
      // New items get their ids from the server; what the person typed meanwhile stays.
      if (answer && change.requirements) {
        const known = new Set(latest.current.items.map((item) => item.id));
        const ids = answer.posting.requirements.filter((item) => !known.has(item.id)).map((item) => item.id);
        setItems((all) => all.map((item) => (item.fresh && item.text ? named(item, ids.shift()) : item)));
      }
    },
    [mutateAsync],
  );

  const sendItems = useCallback(
    (all: Draft[], gone: ReadonlySet<string>) => {
      const kept = all.filter((item) => !gone.has(item.id) && item.text.trim() !== "");
      return send({ requirements: kept.map(asEdit) });
    },
    [send],
  );

  const change = (id: string, part: { text?: string; weight?: Weight }) => {
    const all = items.map((item) => (item.id === id ? { ...item, ...part } : item));
    setItems(all);
    void sendItems(all, new Set());
  };

  const add = (weight: Weight): string => {
    const id = `new-${crypto.randomUUID()}`;
    setItems([...items, { id, text: "", quote: "", weight, fresh: true }]);
    return id;
  };

  const remove = (id: string) => setRemoved(new Set([...removed, id]));
  const restore = (id: string) => setRemoved((all) => new Set([...all].filter((other) => other !== id)));

  /** Sends the removals that can no longer be undone. */
  const settle = useCallback(async () => {
    const { items: all, removed: gone } = latest.current;
    if (gone.size === 0) return;
    await sendItems(all, gone);
  }, [sendItems]);

  useEffect(() => {
    const leave = () => void settle();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [settle]);

  const visible = items.filter((item) => !removed.has(item.id));
  return {
    items: visible,
    change,
    add,
    remove,
    restore,
    settle,
    send,
    saving: edit.isPending,
    error: edit.error,
  };
}

function named(item: Draft, id: string | undefined): Draft {
  return id === undefined ? item : { ...item, id, fresh: false };
}
