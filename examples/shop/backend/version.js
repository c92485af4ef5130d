/** The version that the image was built as. */
export const version = process.env.APP_VERSION ?? 'dev'
