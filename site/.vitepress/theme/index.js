import theme from 'vitepress/theme'
import './style.css'

// VitePress reads the default export of this file.
export default theme
