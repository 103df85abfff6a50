/** What makes a signer for an authentication scheme, as in the configuration of an S3Client. */
type MakeSigner<Scheme, Signer> = (scheme?: Scheme) => Promise<Signer>

/**
 * Keeps the signer of each scheme, where the SDK makes one for each request, from a copy of its whole configuration. A
 * signer asks for the credentials at each signature, so they may change. The SDK's cache of endpoints hands out the
 * same scheme object again.
 */
export function keepSigners<Scheme extends object, Signer>(
  make: MakeSigner<Scheme, Signer>,
): MakeSigner<Scheme, Signer> {
  const kept = new WeakMap<Scheme, Signer>()
  return async (scheme) => {
    const signer = (scheme && kept.get(scheme)) ?? (await make(scheme))
    if (scheme) kept.set(scheme, signer)
    return signer
  }
}
