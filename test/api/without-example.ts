/** Published modules without an example, by page, and why. */
const typesOnly = 'only types: what they are for is seen where they are used'
const errorsOnly = 'only error classes'

export const withoutExample: Readonly<Record<string, string>> = {
}
