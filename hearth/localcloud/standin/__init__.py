"""The stand-in for Google's Pulumi provider: the plugin `gcp` of the local stack.

The engine starts it in Google's place. It takes the same inputs, refuses what Google's provider refuses, speaks
Google's REST APIs to the local cloud and puts the same ids and computed outputs into the state. It plays the
types of `hearth.catalog.played`, keeps all others as records, and answers functions as far as they need no Google.

How Google's provider behaves is told where each rule stands: "observed" is what the real plugin was seen to do,
"magic-modules" the templates that it is generated from.
"""
