import { useSyncExternalStore } from "react";
import type { Player } from "../utils/player";

/** A value worked out from a player's time; draws again only when that value changes. */
export function usePlayer<T extends string | number | boolean>(
  player: Player,
  select: (player: Player) => T,
): T {
  return useSyncExternalStore(player.subscribe, () => select(player));
}
