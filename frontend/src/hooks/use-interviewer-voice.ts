import { useEffect, useState } from "react";
import { hear, loudness, STILL, type VoiceActivity } from "../utils/interviewer/voice";

/** Asked once a frame: what is heard of the candidate, and the time it was heard, in seconds. */
export interface VoiceSource {
  read(): VoiceActivity;
}

/** Listens for a voice in the stream while `on`. Only loudness is looked at, and nothing of it is kept or sent. */
export function useInterviewerVoice(stream: MediaStream | null, on: boolean): VoiceSource | null {
  const [source, setSource] = useState<VoiceSource | null>(null);

  useEffect(() => {
    if (!on || !stream || stream.getAudioTracks().length === 0) return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let heard = STILL;
    setSource({
      read() {
        if (context.state === "running") {
          analyser.getFloatTimeDomainData(samples);
          heard = hear(heard, loudness(samples), context.currentTime);
        }
        return heard;
      },
    });
    return () => {
      setSource(null);
      void context.close();
    };
  }, [stream, on]);

  return source;
}
