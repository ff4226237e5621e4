import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App, ConfigProvider } from "antd";
import { type ReactNode, useMemo } from "react";
import { LanguageProvider, useLanguage } from "../i18n/LanguageProvider";
import type { Words } from "../i18n/languages";
import { AppearanceProvider, useAppearance } from "./appearance";
import { antdTheme } from "./theme";

interface Props {
  words: Words;
  queryClient: QueryClient;
  nonce: string | undefined;
  children: ReactNode;
}

export function Providers({ words, queryClient, nonce, children }: Props) {
  return (
    <QueryClientProvider client={queryClient}>
      <LanguageProvider initial={words}>
        <AppearanceProvider>
          <Components nonce={nonce}>{children}</Components>
        </AppearanceProvider>
      </LanguageProvider>
    </QueryClientProvider>
  );
}

function Components({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const { words } = useLanguage();
  const { dark } = useAppearance();
  const theme = useMemo(() => antdTheme(dark), [dark]);
  const csp = useMemo(() => (nonce === undefined ? {} : { nonce }), [nonce]);
  return (
    <ConfigProvider locale={words.antd} theme={theme} csp={csp} button={{ autoInsertSpace: false }}>
      <App message={{ maxCount: 3 }} className="app-root">
        {children}
      </App>
    </ConfigProvider>
  );
}
