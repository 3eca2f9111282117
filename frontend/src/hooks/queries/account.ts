import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { components } from "../../utils/api/schema.gen";
import { sessionKeeper } from "../session";
import { takeStore } from "../take-store";
import { forgetDrafts } from "../use-draft-text";

type Schemas = components["schemas"];
const SIGN_INS = ["sign-ins"];

export function useLogIn() {
  return useMutation({
    mutationFn: (body: Schemas["LogIn"]) => must(api.POST("/api/session", { body })),
    onSuccess: (session) => sessionKeeper.entered(session),
  });
}

export function useEnterAsGuest() {
  return useMutation({
    mutationFn: () => must(api.POST("/api/session/guest")),
    onSuccess: (session) => sessionKeeper.entered(session),
  });
}

/** Ends the sign-in; afterwards nothing of this person is left in the browser. */
export function useLogOut() {
  return useMutation({
    mutationFn: () => must(api.DELETE("/api/session")),
    onSuccess: async () => {
      await takeStore.forget();
      forgetDrafts();
      sessionKeeper.left();
    },
  });
}

export function useSignUp() {
  return useMutation({
    mutationFn: (body: Schemas["SignUp"]) => must(api.POST("/api/account", { body })),
  });
}

/** `onIn` runs before the pages know who came: the page that asks may be gone right after. */
export function useVerify(onIn: () => void) {
  return useMutation({
    mutationFn: (token: string) => must(api.POST("/api/account/verify", { body: { token } })),
    onSuccess: (session) => {
      onIn();
      sessionKeeper.entered(session);
    },
  });
}

export function useForgot() {
  return useMutation({
    mutationFn: (email: string) => must(api.POST("/api/account/forgot", { body: { email } })),
  });
}

/** `onDone` runs before the page that asks is gone. */
export function useReset(onDone: () => void) {
  return useMutation({
    mutationFn: (body: Schemas["ResetIn"]) => must(api.POST("/api/account/reset", { body })),
    onSuccess: () => {
      onDone();
      // Every sign-in has ended, the one of this browser, too; unsaved work in other tabs is kept there.
      sessionKeeper.left(true);
    },
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["PasswordIn"]) => must(api.PUT("/api/account/password", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: SIGN_INS }),
  });
}

export function useSignIns() {
  return useQuery({
    queryKey: SIGN_INS,
    queryFn: ({ signal }) => must(api.GET("/api/account/sessions", { signal })),
  });
}

/** Signs one browser out, or (null) all but this one. */
export function useEndSignIns() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) =>
      id === null
        ? must(api.DELETE("/api/account/sessions"))
        : must(api.DELETE("/api/account/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: SIGN_INS }),
  });
}
