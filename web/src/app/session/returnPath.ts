/** Where to go after signing in: a path of this application, or its beginning. Never another host. */
export function safeReturnPath(path: string | undefined): string {
  if (path === undefined || !path.startsWith("/") || path.startsWith("//") || path.includes("\\")) return "/";
  if (path.startsWith("/sign-in") || path.startsWith("/link") || path.startsWith("/setup")) return "/";
  return path;
}
