import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { tokenIn } from "../utils/account";

/** The token of the mailed link that led here. It leaves the address bar and the history at once. */
export function useLinkToken(): string | null {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState<string | null>(null);
  const found = tokenIn(hash);
  useEffect(() => {
    if (!found) return;
    setToken(found);
    void navigate(pathname, { replace: true });
  }, [found, pathname, navigate]);
  return found ?? token;
}
