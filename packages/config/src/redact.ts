/** Names whose values are secrets, wherever they stand: query parameters and keys of configuration. */
const SECRET_NAME = /(secret|token|passw|pwd|credential|signature|api-?key|access-?key|private-?key|auth)/i
const HIDDEN = '***'

/** The value of this key is never shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) || /^(key|sig|pass)$/i.test(name)
}

/**
 * The URL without what may be secret: user and password, and query parameters with telling names. Meant for messages;
 * it hides too much rather than too little, and takes anything, also what is no URL.
 */
export function redactUrl(url: string): string {
  return hideParameters(url.replace(/(?<!\/)\/\/(?!\/)[\s\S]*@/, `//${HIDDEN}@`))
}

/** The text with every URL in it redacted. */
export function redactText(text: string): string {
  return text.replace(/\S+/g, redactUrl)
}

function hideParameters(url: string): string {
  return url.replace(/([?&;#])([^=&;#]*)=([^&;#\s]*)/g, (whole, mark: string, name: string) =>
    isSecretName(decode(name)) ? `${mark}${name}=${HIDDEN}` : whole,
  )
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
