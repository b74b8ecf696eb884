# Texts of the console.
console-title = Mimawari
