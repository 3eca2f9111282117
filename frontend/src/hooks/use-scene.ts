import { useEffect } from "react";

/** Dims the house while the page is shown; the light comes back when it is left. */
export function useStage(): void {
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset.scene = "stage";
    return () => {
      delete dataset.scene;
    };
  }, []);
}
