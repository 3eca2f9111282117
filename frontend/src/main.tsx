import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./components/ui/ui.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { keepSession } from "./hooks/session";

keepSession();
const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root element.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
