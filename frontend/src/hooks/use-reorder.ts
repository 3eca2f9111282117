import { type PointerEvent, useRef, useState } from "react";

/** Moves one id to the place of another. */
export function moved(ids: readonly string[], id: string, to: number): string[] {
  const rest = ids.filter((other) => other !== id);
  rest.splice(Math.min(Math.max(to, 0), rest.length), 0, id);
  return rest;
}

/** Dragging rows by a handle with mouse, pen or finger; the order is reported once, when the handle is let go. */
export function useReorder(ids: readonly string[], onOrder: (ids: string[], id: string) => void) {
  const [drag, setDrag] = useState<{ id: string; order: string[] } | null>(null);
  const list = useRef<HTMLOListElement>(null);

  const place = (y: number): number => {
    const rows = [...(list.current?.children ?? [])];
    const index = rows.findIndex((row) => y < row.getBoundingClientRect().top + row.clientHeight / 2);
    return index === -1 ? rows.length : index;
  };

  const handle = (id: string) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ id, order: [...ids] });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (drag?.id !== id) return;
      const from = drag.order.indexOf(id);
      const over = place(event.clientY);
      const to = over > from ? over - 1 : over;
      if (to !== from) setDrag({ id, order: moved(drag.order, id, to) });
    },
    onPointerUp: () => {
      if (drag?.id !== id) return;
      if (drag.order.some((other, index) => other !== ids[index])) onOrder(drag.order, id);
      setDrag(null);
    },
    onPointerCancel: () => setDrag(null),
  });

  return { list, handle, order: drag?.order ?? [...ids], dragged: drag?.id ?? null };
}
