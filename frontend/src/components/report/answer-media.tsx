import type { TakeOut } from "../../utils/api/types";
import type { Player } from "../../utils/player";

/** The recording itself. Its words stand beside it, in step. */
export function AnswerMedia({ take, player, place }: { take: TakeOut; player: Player; place: number }) {
  if (!take.media_url) return null;
  if (take.kind === "voice") {
    return (
      // biome-ignore lint/a11y/useMediaCaption: the transcript beside it follows the sound word by word
      <audio
        ref={player.attach}
        src={take.media_url}
        preload="metadata"
        aria-label={`Your answer ${place}`}
      />
    );
  }
  return (
    // biome-ignore lint/a11y/useMediaCaption: the transcript beside it follows the sound word by word
    <video
      className="answer__video"
      ref={player.attach}
      src={take.media_url}
      poster={take.poster_url ?? undefined}
      preload={place === 1 ? "metadata" : "none"}
      playsInline
      aria-label={`Your answer ${place}`}
      onClick={() => player.toggle()}
    />
  );
}
