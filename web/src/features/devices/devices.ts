import { queryOptions } from "@tanstack/react-query";
import { api, body, csrfHeader, done } from "../../api/client";
import type { DeviceRule } from "../../api/types";
import type { Owner } from "../sessions/sessions";
import { keepDevice } from "./keyStore";
import { base64url, sign } from "./proof";
import { use } from "./prover";

export type Kind = "phone" | "computer";

export function devicesQuery(owner: Owner) {
  return queryOptions({
    queryKey: ["devices", owner.own ? "me" : owner.id],
    queryFn: () =>
      body(
        owner.own
          ? api.GET("/me/devices")
          : api.GET("/users/{id}/devices", { params: { path: { id: owner.id } } }),
      ),
  });
}

export const ruleQuery = queryOptions({
  queryKey: ["device-rule"],
  queryFn: () => body(api.GET("/device-rule")),
});

export function saveRule(rule: DeviceRule): Promise<void> {
  return done(api.PUT("/device-rule", { body: rule }));
}

/** Makes this browser a registered device of a person: new keys, of which the private halves stay here. */
export async function registerDevice(user: string, name: string, kind: Kind): Promise<void> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const wrapping = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const csrf = csrfHeader()["X-CSRF-Token"] ?? "";
  const { id } = await body(
    api.POST("/me/devices", {
      body: {
        name,
        kind,
        public_key: base64url(await crypto.subtle.exportKey("raw", pair.publicKey)),
        possession: base64url(await sign(pair.privateKey, `custos-device:${csrf}`)),
      },
    }),
  );
  const record = { user, device: id, signing: pair.privateKey, wrapping };
  await keepDevice(record);
  await use(record);
}

export function renameDevice(device_id: string, name: string): Promise<void> {
  return done(api.PATCH("/me/devices/{device_id}", { params: { path: { device_id } }, body: { name } }));
}

/** Takes a device off, or reports it lost. */
export function endDevice(owner: Owner, device_id: string, how: "remove" | "lost"): Promise<void> {
  const path = { device_id };
  if (owner.own) {
    return how === "lost"
      ? done(api.POST("/me/devices/{device_id}/loss", { params: { path } }))
      : done(api.DELETE("/me/devices/{device_id}", { params: { path } }));
  }
  const theirs = { ...path, id: owner.id };
  return how === "lost"
    ? done(api.POST("/users/{id}/devices/{device_id}/loss", { params: { path: theirs } }))
    : done(api.DELETE("/users/{id}/devices/{device_id}", { params: { path: theirs } }));
}

/** What kind this device seems to be, as a first guess for the form. */
export function guessKind(): Kind {
  return /Mobi|Android|iPhone|iPad|HarmonyOS/.test(navigator.userAgent) ? "phone" : "computer";
}
