import { useCallback, useEffect, useState } from "react";
import { LIMITS, ModelError } from "../utils/interviewer/model/problem";
import { type OwnModel, ownModels } from "../utils/interviewer/own-model";
import { type ModelFindings, validateModel } from "../utils/interviewer/validate-model";

export interface Candidate {
  name: string;
  data: ArrayBuffer;
  findings: ModelFindings;
}

type Step = "idle" | "reading" | "opening" | "saving";

const NOT_KEPT = "This browser could not keep the model. Private windows often keep nothing.";

/**
 * The person's own model: chosen, looked at, tried, kept in this browser. Whatever fails, what was kept before stays.
 * `tryOut` opens a model for real and rejects when it cannot be shown.
 */
export function useInterviewerOwn(tryOut: (data: ArrayBuffer) => Promise<void>) {
  const [kept, setKept] = useState<Pick<OwnModel, "name"> | null>(null);
  const [candidate, setCandidate] = useState<Candidate | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [step, setStep] = useState<Step>("idle");

  useEffect(() => {
    let gone = false;
    ownModels()
      .get()
      .then(
        (model) => !gone && model && setKept({ name: model.name }),
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, []);

  const choose = useCallback(async (file: File) => {
    setStep("reading");
    setProblem(null);
    setCandidate(null);
    try {
      // One byte more than is allowed is enough to be refused; a film is never read into memory.
      const data = await file.slice(0, LIMITS.bytes + 1).arrayBuffer();
      const found = validateModel(data);
      if (found.ok) setCandidate({ name: file.name.slice(0, 100), data, findings: found.findings });
      else setProblem(found.problem.message);
    } catch {
      setProblem("The file could not be read from your disk.");
    }
    setStep("idle");
  }, []);

  const use = useCallback(async (): Promise<boolean> => {
    if (!candidate) return false;
    setProblem(null);
    try {
      setStep("opening");
      await tryOut(candidate.data);
    } catch (error) {
      setProblem(
        error instanceof ModelError ? error.message : "The model passed the checks but could not be opened.",
      );
      setCandidate(null);
      setStep("idle");
      return false;
    }
    try {
      setStep("saving");
      await ownModels().put({ name: candidate.name, data: candidate.data, savedAt: Date.now() });
    } catch {
      setProblem(NOT_KEPT);
      setStep("idle");
      return false;
    }
    setKept({ name: candidate.name });
    setCandidate(null);
    setStep("idle");
    return true;
  }, [candidate, tryOut]);

  const remove = useCallback(async (): Promise<boolean> => {
    try {
      await ownModels().remove();
    } catch {
      setProblem("The model could not be removed. Clearing this site's data in the browser removes it.");
      return false;
    }
    setKept(null);
    return true;
  }, []);

  const dismiss = useCallback(() => {
    setCandidate(null);
    setProblem(null);
  }, []);

  return { kept, candidate, problem, step, choose, use, remove, dismiss } as const;
}
