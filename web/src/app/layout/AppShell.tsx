import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ReasonDialog } from "../../features/approvals/ReasonDialog";
import { EmergencyBanner } from "../../features/emergency/EmergencyBanner";
import { StepUpDialog } from "../../features/session/StepUpDialog";
import { useT } from "../../i18n/useT";
import { AccountLanguage } from "../session/AccountLanguage";
import { IdleWatch } from "../session/IdleWatch";
import { sessionQuery } from "../session/session";
import { MobileNav } from "./MobileNav";
import { SideNav } from "./SideNav";
import "./shell.css";
import { TopBar } from "./TopBar";

/** The frame of every page behind the sign-in. */
export function AppShell() {
  const t = useT();
  const { data: session } = useQuery(sessionQuery);
  const { pathname, href } = useLocation();
  const main = useRef<HTMLElement>(null);
  const previous = useRef(pathname);

  // A new page starts at its beginning for keyboard and screen reader too.
  useEffect(() => {
    if (previous.current === pathname) return;
    previous.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  if (session === null) return <Navigate to="/sign-in" search={{ return: href, reason: "lost" }} />;
  if (session === undefined) return null;
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t("skip-to-content")}
      </a>
      <SideNav />
      <div className="shell-column">
        <TopBar />
        <EmergencyBanner />
        <main id="main" className="shell-main" ref={main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <MobileNav />
      <IdleWatch />
      <AccountLanguage />
      <StepUpDialog />
      <ReasonDialog />
    </div>
  );
}
