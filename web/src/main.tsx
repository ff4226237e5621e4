import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import "./app/base.css";
import "./ui/parts.css";
import "./ui/table.css";
import { nonceForStyles, readNonce } from "./app/csp";
import { Providers } from "./app/providers";
import { makeQueryClient } from "./app/queryClient";
import { makeRouter } from "./app/router";
import { startProving } from "./features/devices/prover";
import { applyLanguage } from "./i18n/LanguageProvider";
import { initialLanguage, loadWords } from "./i18n/languages";

async function start(root: HTMLElement): Promise<void> {
  const nonce = readNonce();
  if (nonce !== undefined) nonceForStyles(nonce);
  const queryClient = makeQueryClient();
  const router = makeRouter(queryClient);
  await startProving();
  const words = await loadWords(initialLanguage());
  applyLanguage(words.language);
  createRoot(root).render(
    <Providers words={words} queryClient={queryClient} nonce={nonce}>
      <RouterProvider router={router} />
    </Providers>,
  );
}

const root = document.getElementById("root");
if (root !== null) void start(root);
