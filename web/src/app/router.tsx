import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { parseApprovalsSearch } from "../features/approvals/approvalsSearch";
import { parseAuditSearch } from "../features/audit/auditSearch";
import { parseSightingsSearch } from "../features/audit/sightings";
import { parseListSearch } from "../features/customers/list/listSearch";
import { parseRecordSearch } from "../features/records/list/listSearch";
import { objectsQuery } from "../features/records/objects";
import { AppShell } from "./layout/AppShell";
import { PageFailure, PageMissing, PagePending } from "./layout/PageStates";
import { homeOf, listable } from "./navigation";
import { sessionQuery, statusQuery } from "./session/session";

interface Context {
  queryClient: QueryClient;
}

const rootRoute = createRootRouteWithContext<Context>()({});

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search): { return?: string; reason?: string } => ({
    return: text(search.return),
    reason: text(search.reason),
  }),
  beforeLoad: async ({ context }) => {
    const status = await context.queryClient.ensureQueryData(statusQuery);
    if (status.setup_required) throw redirect({ to: "/setup" });
  },
  component: lazyRouteComponent(() => import("../features/session/SignInPage"), "SignInPage"),
});

const callbackRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in/callback",
  component: lazyRouteComponent(() => import("../features/federation/CallbackPage"), "CallbackPage"),
});

const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/link",
  component: lazyRouteComponent(() => import("../features/session/LinkPage"), "LinkPage"),
});

const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot",
  component: lazyRouteComponent(() => import("../features/reset/ForgotPage"), "ForgotPage"),
});

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset",
  component: lazyRouteComponent(() => import("../features/reset/ResetPage"), "ResetPage"),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  component: lazyRouteComponent(() => import("../features/setup/SetupPage"), "SetupPage"),
});

/** Everything behind the sign-in. Without a session one is led there, and back afterwards. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session?.user.password_expired === true && location.pathname !== "/account")
      throw redirect({ to: "/account" });
    if (session !== null) return { session };
    throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { return: location.href } });
  },
  component: AppShell,
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: async ({ context }) => {
    const { permissions } = context.session;
    const home = homeOf(permissions);
    if (home !== null) throw redirect({ to: home });
    // Whoever has no page of their own may have records.
    const objects = await context.queryClient.ensureQueryData(objectsQuery).catch(() => []);
    const path = listable(objects, permissions)[0]?.path;
    if (path === undefined) throw redirect({ to: "/account" });
    throw redirect({ to: "/$path/{-$id}", params: { path, id: undefined } });
  },
});

const customersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/customers",
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import("../features/customers/list/CustomersPage"), "CustomersPage"),
});

const customerRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/customers/$id",
  component: lazyRouteComponent(() => import("../features/customers/detail/CustomerPage"), "CustomerPage"),
});

const importsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/imports",
  component: lazyRouteComponent(() => import("../features/imports/ImportsPage"), "ImportsPage"),
});

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/imports/$id",
  component: lazyRouteComponent(() => import("../features/imports/ImportPage"), "ImportPage"),
});

const approvalsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/approvals",
  validateSearch: parseApprovalsSearch,
  component: lazyRouteComponent(() => import("../features/approvals/ApprovalsPage"), "ApprovalsPage"),
});

const approvalRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/approvals/$id",
  component: lazyRouteComponent(() => import("../features/approvals/ApprovalPage"), "ApprovalPage"),
});

const emergencyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/emergency",
  component: lazyRouteComponent(() => import("../features/emergency/EmergencyPage"), "EmergencyPage"),
});

const reviewsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/reviews",
  component: lazyRouteComponent(() => import("../features/reviews/ReviewsPage"), "ReviewsPage"),
});

const reviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/reviews/$id",
  component: lazyRouteComponent(() => import("../features/reviews/ReviewPage"), "ReviewPage"),
});

const findingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/findings",
  component: lazyRouteComponent(() => import("../features/findings/FindingsPage"), "FindingsPage"),
});

const unusedRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/unused",
  component: lazyRouteComponent(() => import("../features/unused/UnusedPage"), "UnusedPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit",
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("../features/audit/AuditPage"), "AuditPage"),
});

const auditYearsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit/years",
  component: lazyRouteComponent(() => import("../features/audit/YearsPage"), "YearsPage"),
});

const auditExternalRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit/external",
  component: lazyRouteComponent(() => import("../features/audit/ExternalPage"), "ExternalPage"),
});

const auditChartsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit/charts",
  validateSearch: (search: Record<string, unknown>) => ({
    days: [1, 7, 30, 90].find((days) => days === Number(search.days)) ?? 30,
  }),
  component: lazyRouteComponent(() => import("../features/audit/ChartsPage"), "ChartsPage"),
});

const auditSightingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit/sightings",
  validateSearch: parseSightingsSearch,
  component: lazyRouteComponent(() => import("../features/audit/SightingsPage"), "SightingsPage"),
});

const auditFindingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit/findings",
  component: lazyRouteComponent(() => import("../features/audit/FindingsPage"), "FindingsPage"),
});

const auditRulesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit/rules",
  component: lazyRouteComponent(() => import("../features/audit/RulesPage"), "RulesPage"),
});

const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/users",
  component: lazyRouteComponent(() => import("../features/admin/users/UsersPage"), "UsersPage"),
});

const departmentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/departments",
  component: lazyRouteComponent(
    () => import("../features/admin/departments/DepartmentsPage"),
    "DepartmentsPage",
  ),
});

const accessRolesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/access",
  component: lazyRouteComponent(() => import("../features/access/roles/RolesPage"), "RolesPage"),
});

const accessRulesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/access/rules",
  component: lazyRouteComponent(() => import("../features/access/rules/RulesPage"), "RulesPage"),
});

const accessLabelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/access/labels",
  component: lazyRouteComponent(() => import("../features/access/labels/LabelsPage"), "LabelsPage"),
});

const accessPeopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/access/people",
  component: lazyRouteComponent(() => import("../features/access/people/PeoplePage"), "PeoplePage"),
});

const accessTeamsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/access/teams",
  component: lazyRouteComponent(() => import("../features/access/teams/TeamsPage"), "TeamsPage"),
});

const outboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/outbox",
  component: lazyRouteComponent(() => import("../features/outbox/OutboxPage"), "OutboxPage"),
});

const witnessesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/log",
  component: lazyRouteComponent(() => import("../features/witnesses/WitnessesPage"), "WitnessesPage"),
});

const providersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/identity-providers",
  component: lazyRouteComponent(() => import("../features/federation/ProvidersPage"), "ProvidersPage"),
});

const securityRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/security",
  component: lazyRouteComponent(() => import("../features/security/SecurityPage"), "SecurityPage"),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/api-keys",
  component: lazyRouteComponent(() => import("../features/api-keys/ApiKeysPage"), "ApiKeysPage"),
});

const keysRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin/keys",
  component: lazyRouteComponent(() => import("../features/keys/KeysPage"), "KeysPage"),
});

const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/account",
  component: lazyRouteComponent(() => import("../features/account/AccountPage"), "AccountPage"),
});

const docsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/docs",
  component: lazyRouteComponent(() => import("../features/docs/DocsPage"), "DocsPage"),
});

/** The records of any object, by its path, and beside them the one that is open. Pages with an address of their own go first. */
const recordsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/$path/{-$id}",
  validateSearch: parseRecordSearch,
  component: lazyRouteComponent(() => import("../features/records/RecordsPage"), "RecordsPage"),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  callbackRoute,
  linkRoute,
  forgotRoute,
  resetRoute,
  setupRoute,
  shellRoute.addChildren([
    homeRoute,
    customersRoute,
    customerRoute,
    importsRoute,
    importRoute,
    approvalsRoute,
    approvalRoute,
    emergencyRoute,
    reviewsRoute,
    reviewRoute,
    findingsRoute,
    unusedRoute,
    auditRoute,
    auditChartsRoute,
    auditYearsRoute,
    auditExternalRoute,
    auditSightingsRoute,
    auditFindingsRoute,
    auditRulesRoute,
    usersRoute,
    departmentsRoute,
    accessRolesRoute,
    accessRulesRoute,
    accessLabelsRoute,
    accessPeopleRoute,
    accessTeamsRoute,
    outboxRoute,
    witnessesRoute,
    providersRoute,
    securityRoute,
    apiKeysRoute,
    keysRoute,
    accountRoute,
    docsRoute,
    recordsRoute,
  ]),
]);

function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? "" : `?${query}`;
}

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultPendingComponent: PagePending,
    defaultPendingMs: 300,
    defaultErrorComponent: PageFailure,
    defaultNotFoundComponent: PageMissing,
    scrollRestoration: true,
    // Every parameter is text, exactly as written: a phone number must not become a number.
    parseSearch: (query) => Object.fromEntries(new URLSearchParams(query)),
    stringifySearch,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
