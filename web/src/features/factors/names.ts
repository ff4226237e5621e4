/** Longest name of a way to sign in, in characters. */
export const NAME_LENGTH = 60;
