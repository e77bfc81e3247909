"""Names of Google's APIs, as Service Usage knows them: what a program may switch on, whether or not it is played.

Google refuses a misspelt name, so a name that is not here is refused, too. The list is made by hand of Google's own
directory; add to it what it lacks.
"""

from typing import Final

_NAMES: Final = """
accessapproval accesscontextmanager aiplatform alloydb analyticshub apigateway apigee apigeeconnect apihub apikeys
appengine appengineflex apphub artifactregistry assuredworkloads automl backupdr batch beyondcorp biglake bigquery
bigqueryconnection bigquerydatapolicy bigquerydatatransfer bigquerymigration bigqueryreservation bigquerystorage
bigtable bigtableadmin billingbudgets binaryauthorization blockchainnodeengine certificatemanager chronicle
cloudaicompanion cloudapis cloudasset cloudbilling cloudbuild clouddeploy clouderrorreporting cloudfunctions
cloudidentity cloudkms cloudprofiler cloudquotas cloudresourcemanager cloudscheduler cloudsupport cloudtasks cloudtrace
composer compute config connectors contactcenterinsights container containeranalysis containerfilesystem
containerregistry containerscanning containersecurity datacatalog dataflow dataform datafusion datalineage
datamigration dataplex dataproc datastore datastream deploymentmanager developerconnect dialogflow discoveryengine dlp
dns documentai domains edgecontainer edgenetwork essentialcontacts eventarc eventarcpublishing fcm fcmregistrations
file firebase firebaseappcheck firebaseappdistribution firebaseapphosting firebasedatabase firebasedataconnect
firebaseextensions firebasehosting firebaseinstallations firebaseml firebaseremoteconfig firebaserules firebasestorage
firebasevertexai firestore generativelanguage gkebackup gkeconnect gkehub gkeonprem healthcare iam iamcredentials iap
identitytoolkit ids integrations kmsinventory language licensemanager livestream logging looker lustre
managedidentities managedkafka memcache memorystore meshconfig metastore migrationcenter modelarmor monitoring netapp
networkconnectivity networkmanagement networksecurity networkservices networktopology notebooks observability
ondemandscanning oracledatabase orgpolicy osconfig oslogin parallelstore parametermanager policyanalyzer
policysimulator policytroubleshooter privateca privilegedaccessmanager publicca pubsub pubsublite
rapidmigrationassessment recaptchaenterprise recommender redis retail run runtimeconfig secretmanager
securesourcemanager securetoken securitycenter securityposture servicecontrol servicedirectory servicehealth
servicemanagement servicenetworking serviceusage siteverification sourcerepo spanner speech sql-component sqladmin
storage storage-api storage-component storageinsights storagetransfer sts telemetry testing texttospeech tpu
trafficdirector transcoder translate vectorsearch videointelligence vision vmmigration vmwareengine vpcaccess webrisk
websecurityscanner workflowexecutions workflows workloadmanager workstations
"""

SERVICES: Final = frozenset(f"{name}.googleapis.com" for name in _NAMES.split())
"""All of them, with their domain."""
